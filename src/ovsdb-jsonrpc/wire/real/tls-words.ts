/**
 * What went wrong in a TLS handshake, in words. The runtime's texts name the routines of its TLS library, and do not say whose
 * certificate is meant.
 */

/**
 * The code of an error of the runtime's TLS library: ERR_SSL_WRONG_VERSION_NUMBER, or ERR_SSL_TLSV1_ALERT_UNKNOWN_CA. An alert is
 * what the server says of the client (RFC 8446 section 6.2); the runtimes name different versions of TLS before the same alert.
 */
const LIBRARY_CODE = /^ERR_SSL_((?:[A-Z0-9/]+_ALERT_)?(.+))$/;

/** The reasons that a person can do something about. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["UNKNOWN_CA", "the server does not trust the authority that signed our certificate"],
  ["CERTIFICATE_REQUIRED", "the server asks for our certificate, and none is configured"],
  ["CERTIFICATE_EXPIRED", "the server says that our certificate has expired"],
  ["CERTIFICATE_REVOKED", "the server says that our certificate was revoked"],
  ["BAD_CERTIFICATE", "the server refuses our certificate as damaged"],
  ["UNSUPPORTED_CERTIFICATE", "the server does not support certificates like ours"],
  ["CERTIFICATE_UNKNOWN", "the server refuses our certificate"],
  ["PROTOCOL_VERSION", "the server speaks no version of TLS that we speak (1.2 and 1.3)"],
  ["UNSUPPORTED_PROTOCOL", "the server speaks no version of TLS that we speak (1.2 and 1.3)"],
  ["HANDSHAKE_FAILURE", "the server and we have no cipher in common, or it misses our certificate"],
  ["WRONG_VERSION_NUMBER", "the server does not speak TLS"],
]);

/** The runtime's codes for a certificate that did not pass: CERT_HAS_EXPIRED, SELF_SIGNED_CERT_IN_CHAIN, INVALID_CA and others. */
const VERIFICATION = /^(?!ERR_).*(CERT|SIGNATURE|^INVALID_|PATH_LENGTH)/;

/** Whether the error is of TLS itself, and not of the stream below. */
export function isOfTls(error: Error): boolean {
  return LIBRARY_CODE.test(codeIn(error));
}

/** The words for an error of a TLS socket; `caCert` is the file that the server's certificate is verified with. */
export function wordsForTls(error: Error, caCert: string | undefined): string {
  const code = codeIn(error);
  const [, whole, reason = ""] = LIBRARY_CODE.exec(code) ?? [];
  if (whole !== undefined) return REASONS.get(reason) ?? `TLS: ${whole.toLowerCase().replaceAll("_", " ")}`;
  return VERIFICATION.test(code)
    ? `the server's certificate does not pass the check with ${caCert}: ${error.message}`
    : error.message;
}

function codeIn(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

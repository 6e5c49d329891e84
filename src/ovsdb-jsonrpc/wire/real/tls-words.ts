/**
 * What went wrong in a TLS handshake, in words. The runtime's texts name the routines of its TLS library, and do not say whose
 * certificate is meant.
 */

/** The runtime's text of an error of its TLS library: `error:CODE:LIBRARY:FUNCTION:REASON`. */
const LIBRARY_ERROR = /^error:[0-9a-f]+:[^:]*:[^:]*:([A-Z0-9_]+)$/i;

/** The reasons that a person can do something about. An alert is what the server says of the client (RFC 8446 section 6.2). */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["TLSV1_ALERT_UNKNOWN_CA", "the server does not trust the authority that signed our certificate"],
  ["TLSV1_ALERT_CERTIFICATE_REQUIRED", "the server asks for our certificate, and none is configured"],
  ["SSLV3_ALERT_CERTIFICATE_EXPIRED", "the server says that our certificate has expired"],
  ["SSLV3_ALERT_CERTIFICATE_REVOKED", "the server says that our certificate was revoked"],
  ["SSLV3_ALERT_BAD_CERTIFICATE", "the server refuses our certificate as damaged"],
  ["SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "the server does not support certificates like ours"],
  ["SSLV3_ALERT_CERTIFICATE_UNKNOWN", "the server refuses our certificate"],
  ["TLSV1_ALERT_PROTOCOL_VERSION", "the server speaks no version of TLS that we speak (1.2 and 1.3)"],
  ["UNSUPPORTED_PROTOCOL", "the server speaks no version of TLS that we speak (1.2 and 1.3)"],
  [
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "the server and we have no cipher in common, or it misses our certificate",
  ],
  ["WRONG_VERSION_NUMBER", "the server does not speak TLS"],
]);

/** The runtime's codes for a certificate that did not pass: CERT_HAS_EXPIRED, SELF_SIGNED_CERT_IN_CHAIN, INVALID_CA and others. */
const VERIFICATION = /^(?!ERR_).*(CERT|SIGNATURE|^INVALID_|PATH_LENGTH)/;

/** The words for an error of a TLS socket; `caCert` is the file that the server's certificate is verified with. */
export function wordsForTls(error: Error, caCert: string | undefined): string {
  const reason = LIBRARY_ERROR.exec(error.message)?.[1]?.toUpperCase();
  if (reason !== undefined) return REASONS.get(reason) ?? `TLS: ${reason.toLowerCase().replaceAll("_", " ")}`;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return VERIFICATION.test(code)
    ? `the server's certificate does not pass the check with ${caCert}: ${error.message}`
    : error.message;
}

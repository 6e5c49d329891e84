/**
 * TLS as in Open vSwitch: the configured CA must have signed the peer's certificate, and the client shows its own. The files are
 * read at every connection, so that renewed files need no restart. Host names are not compared unless the caller asks: the
 * certificates of an Open vSwitch PKI have none.
 */
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import tls from "node:tls";
import type { TlsFiles } from "../remote.ts";

/** Starts to connect; `onOpen` comes after the handshake. Throws when a file is missing, unreadable or of no use; names the file. */
export function connectTls(host: string, port: number, files: TlsFiles, onOpen: () => void): tls.TLSSocket {
  const { caCert } = files;
  if (caCert === undefined)
    throw new Error("ssl: needs a CA certificate to verify the server with (tls.caCert)");
  const identity = readIdentity(files);
  if (files.bootstrapCaCert === true && !existsSync(caCert)) {
    const options = { host, port, ...identity, rejectUnauthorized: false };
    const socket = tls.connect(options, () => bootstrap(socket, caCert));
    return socket;
  }
  return tls.connect(
    {
      ...{ host, port, ...identity, ca: readUsable(caCert, "CA certificate", (ca) => ({ ca })) },
      rejectUnauthorized: true,
      ...(files.verifyHost !== true && { checkServerIdentity: () => undefined }),
    },
    onOpen,
  );
}

/** The client's key and certificate. Throws unless they belong together. */
function readIdentity({ privateKey, certificate }: TlsFiles): { key?: Buffer; cert?: Buffer } {
  const key =
    privateKey && readUsable(privateKey, "private key without a passphrase", (pem) => ({ key: pem }));
  const cert = certificate && readUsable(certificate, "certificate", (pem) => ({ cert: pem }));
  const identity = { ...(key && { key }), ...(cert && { cert }) };
  if (!isUsable(identity)) throw new Error(`${certificate} is not the certificate of the key ${privateKey}`);
  return identity;
}

/** Reads a file that has to hold something. */
function readUsable(
  path: string,
  expected: string,
  asOption: (pem: Buffer) => tls.SecureContextOptions,
): Buffer {
  const content = readPem(path);
  if (!isUsable(asOption(content))) throw new Error(`${path}: expected a ${expected} in PEM`);
  return content;
}

function isUsable(options: tls.SecureContextOptions): boolean {
  try {
    tls.createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}

/** The limit on a file, in bytes: more than all certificates of a system. */
const MAX_PEM_BYTES = 4 << 20;

/** Reads a file, without waiting for a pipe, and never an endless device. */
function readPem(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error(`${path} is not a regular file`);
    if (stat.size > MAX_PEM_BYTES) throw new Error(`${path} is larger than ${MAX_PEM_BYTES} bytes`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Keeps the server's CA certificate, and ends the connection: the next connection is verified with the kept certificate. */
function bootstrap(socket: tls.TLSSocket, path: string): void {
  try {
    const ca = chainEnd(socket.getPeerCertificate(true));
    if (ca.fingerprint256 !== ca.issuerCertificate?.fingerprint256) {
      throw new Error("the server did not send a self-signed CA certificate at the end of its chain");
    }
    writeFileSync(path, pem(ca.raw), { flag: "wx", mode: 0o444 });
    socket.destroy(
      new Error(`the server's CA certificate is kept in ${path}; connecting again to verify it`),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    socket.destroy(new Error(`cannot bootstrap the CA certificate: ${reason}`));
  }
}

function chainEnd(certificate: tls.DetailedPeerCertificate): tls.DetailedPeerCertificate {
  const issuer = certificate.issuerCertificate;
  if (issuer === undefined || issuer.fingerprint256 === certificate.fingerprint256) return certificate;
  return chainEnd(issuer);
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

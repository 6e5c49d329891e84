/**
 * TLS as Open vSwitch does it: the peer's certificate must be signed by the configured CA, and ours is shown in turn.
 * The files are read at every connection, so that renewed ones are used without a restart. Host names are not
 * compared unless asked: the certificates of an Open vSwitch PKI carry none.
 */
import { readFileSync } from "node:fs";
import tls from "node:tls";

/** Paths of PEM files. */
export interface TlsFiles {
  readonly privateKey?: string;
  readonly certificate?: string;
  readonly caCert?: string;
  /** Also compare the host name with the certificate; default false. */
  readonly verifyHost?: boolean;
}

/** Throws when a file cannot be read. */
export function connectTls(
  host: string,
  port: number,
  files: TlsFiles | undefined,
  onOpen: () => void,
): tls.TLSSocket {
  return tls.connect(
    {
      host,
      port,
      rejectUnauthorized: true,
      ...(files?.privateKey !== undefined && { key: readFileSync(files.privateKey) }),
      ...(files?.certificate !== undefined && { cert: readFileSync(files.certificate) }),
      ...(files?.caCert !== undefined && { ca: readFileSync(files.caCert) }),
      ...(files?.verifyHost !== true && { checkServerIdentity: () => undefined }),
    },
    onOpen,
  );
}

/** Certificates for tests, made by openssl: a CA, and what it signs. */
import { writeFileSync } from "node:fs";
import { type Folder, run } from "./server.ts";

export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** A self-signed CA called `name`. */
export function makeCa(folder: Folder, name: string): Identity {
  const key = folder.at(`${name}.key`);
  const certificate = folder.at(`${name}.pem`);
  const subject = `/CN=${name}`;
  run(
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    "-subj",
    subject,
    "-keyout",
    key,
    "-out",
    certificate,
  );
  return { key, certificate };
}

/** A certificate for `host`, signed by `ca`; valid for `days`, so that -1 has expired. */
export function makeCertificate(
  folder: Folder,
  ca: Identity,
  name: string,
  host: string,
  days: number,
): Identity {
  const key = folder.at(`${name}.key`);
  const request = folder.at(`${name}.csr`);
  const certificate = folder.at(`${name}.pem`);
  const extensions = folder.at(`${name}.ext`);
  const address = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
  writeFileSync(extensions, `subjectAltName=${address}\n`);
  run(
    "openssl",
    "req",
    "-new",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    key,
    "-out",
    request,
  );
  const signer = ["-CA", ca.certificate, "-CAkey", ca.key, "-CAcreateserial"];
  run(
    "openssl",
    "x509",
    "-req",
    "-in",
    request,
    ...signer,
    "-days",
    String(days),
    "-extfile",
    extensions,
    "-out",
    certificate,
  );
  return { key, certificate };
}

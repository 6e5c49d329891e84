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

/** A certificate for `host`, signed by `ca`; valid for `days`; one of fewer than none has expired. */
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
  if (days < 0) signExpired(folder, ca, { request, extensions, certificate });
  else {
    const signer = ["-CA", ca.certificate, "-CAkey", ca.key, "-CAcreateserial"];
    const signed = ["-days", String(days), "-extfile", extensions, "-out", certificate];
    run("openssl", "x509", "-req", "-in", request, ...signer, ...signed);
  }
  return { key, certificate };
}

interface Signing {
  readonly request: string;
  readonly extensions: string;
  readonly certificate: string;
}

/** Newer versions of `openssl x509` sign nothing that has expired; `openssl ca` of any version takes two dates. */
function signExpired(folder: Folder, ca: Identity, { request, extensions, certificate }: Signing): void {
  const config = folder.at("expired.cnf");
  writeFileSync(folder.at("expired.index"), "");
  const settings = [
    ...["[ca]", "default_ca = own", "[own]", `database = ${folder.at("expired.index")}`],
    ...[`new_certs_dir = ${folder.path}`, "default_md = sha256", "rand_serial = yes", "policy = any"],
    ...["[any]", "commonName = supplied"],
  ];
  writeFileSync(config, `${settings.join("\n")}\n`);
  const signer = ["-config", config, "-cert", ca.certificate, "-keyfile", ca.key, "-extfile", extensions];
  const dates = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"];
  run("openssl", "ca", "-batch", "-notext", ...signer, ...dates, "-in", request, "-out", certificate);
}

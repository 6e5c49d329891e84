/** TLS with a real ovsdb-server: who is trusted, who is not, and why. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TlsFiles } from "ovsdb-jsonrpc";
import { closingAfterEach } from "./support/for-tests.ts";
import { type Identity, makeCa, makeCertificate } from "./support/pki.ts";
import { Folder, OvsdbServer, PLAYGROUND, run } from "./support/server.ts";
import { next, op, open, openSynced, type PlaygroundSession, reach, value } from "./support/session.ts";

const HOST = "127.0.0.1";
const folder = new Folder();
let ca: Identity;
let otherCa: Identity;
let client: Identity;
let good: OvsdbServer;
let expired: OvsdbServer;
let misnamed: OvsdbServer;
/** Its certificate is of a CA that it does not know itself and hence cannot send. */
let foreign: OvsdbServer;
const closeLater = closingAfterEach();

async function serve(name: string, certificate: Identity, clientCa: Identity): Promise<OvsdbServer> {
  const file = folder.at(`${name}.db`);
  run("ovsdb-tool", "create", file, PLAYGROUND);
  const server = new OvsdbServer(folder, name, {
    databases: [file],
    remotes: [`pssl:0:${HOST}`],
    args: [
      `--private-key=${certificate.key}`,
      `--certificate=${certificate.certificate}`,
      `--ca-cert=${clientCa.certificate}`,
    ],
  });
  await server.start();
  return server;
}

beforeAll(async () => {
  ca = makeCa(folder, "ca");
  otherCa = makeCa(folder, "other-ca");
  client = makeCertificate(folder, ca, "client", "client.example.com", 2);
  good = await serve("good", makeCertificate(folder, ca, "server", HOST, 2), ca);
  expired = await serve("expired", makeCertificate(folder, ca, "old-server", HOST, -1), ca);
  misnamed = await serve("misnamed", makeCertificate(folder, ca, "misnamed", "db.example.com", 2), ca);
  foreign = await serve("foreign", makeCertificate(folder, otherCa, "foreign-server", HOST, 2), ca);
});

afterAll(async () => {
  await Promise.all([good, expired, misnamed, foreign].map((server) => server.kill()));
  folder.remove();
});

const remote = (server: OvsdbServer) => `ssl:${HOST}:${server.port}`;
const files = (more: Partial<TlsFiles> = {}): TlsFiles => ({
  privateKey: client.key,
  certificate: client.certificate,
  caCert: ca.certificate,
  ...more,
});

function attempt(server: OvsdbServer, tls: TlsFiles): PlaygroundSession {
  return closeLater(open(remote(server), { tls }));
}

async function refusal(server: OvsdbServer, tls: TlsFiles): Promise<string> {
  return (await reach(attempt(server, tls), "disconnected")).error.message;
}

/**
 * Waits until a refusal says the words, with the code of TLS. A server that resets the connection at once can make one refusal lose
 * its alert.
 */
async function refusedWith(server: OvsdbServer, tls: TlsFiles, words: string): Promise<void> {
  const session = attempt(server, tls);
  const said = await next(
    session.onState.bind(session),
    (state) => state.kind === "disconnected" && state.error.message.endsWith(words),
  );
  expect(said).toMatchObject({ error: { code: "tls" } });
  session.close();
}

test("closing a session says so to the server, which logs no warning for it", async () => {
  for (let n = 0; n < 3; n++) {
    const session = await openSynced(remote(good), { tls: files() });
    value(await session.transact([op.comment("bye")]));
    session.close();
  }
  // What the server does afterwards comes later in its log.
  const last = await openSynced(remote(good), { tls: files() });
  last.close();
  expect(good.log.split("\n").filter((line) => line.includes("|WARN|") && !line.includes("stale"))).toEqual(
    [],
  );
});

test("both sides show certificates of the same CA: transactions go through", async () => {
  const session = closeLater(await openSynced(remote(good), { tls: files() }));
  value(await session.transact([op.insert("Thing", { name: "over tls", color: "red" })]));
  expect(session.replica.table("Thing").rows.size).toBe(1);
});

test("a server whose certificate another CA has signed is refused", async () => {
  expect(await refusal(good, files({ caCert: otherCa.certificate }))).toMatch(
    /self.signed certificate|unable to (get|verify)/i,
  );
});

test("a server whose certificate has expired is refused", async () => {
  expect(await refusal(expired, files())).toMatch(/expired/i);
});

test("the name in the certificate is not compared, as in Open vSwitch, unless it is asked for", async () => {
  closeLater(await openSynced(remote(misnamed), { tls: files() }));
  expect(await refusal(misnamed, files({ verifyHost: true }))).toMatch(/127\.0\.0\.1|altname|hostname/i);
  closeLater(await openSynced(remote(good), { tls: files({ verifyHost: true }) }));
});

test("a file that is a pipe, a device or a folder is refused at once", async () => {
  const pipe = folder.at("pipe");
  run("mkfifo", pipe);
  for (const file of [pipe, "/dev/zero", dirname(pipe)]) {
    for (const name of ["privateKey", "certificate", "caCert"] as const) {
      expect(await refusal(good, files({ [name]: file }))).toContain(`${file} is not a regular file`);
    }
  }
});

test("a file that holds no key or certificate is named, with what was expected in the file", async () => {
  const wrong = folder.at("wrong.pem");
  const locked = folder.at("locked.pem");
  run("openssl", "rsa", "-aes256", "-passout", "pass:x", "-in", client.key, "-out", locked);
  for (const content of ["", "no key at all\n"]) {
    await Bun.write(wrong, content);
    for (const [name, expected] of [
      ["privateKey", "private key without a passphrase"],
      ["certificate", "certificate"],
      ["caCert", "CA certificate"],
    ] as const) {
      expect(await refusal(good, files({ [name]: wrong }))).toEndWith(
        `${wrong}: expected a ${expected} in PEM`,
      );
    }
  }
  expect(await refusal(good, files({ privateKey: locked }))).toEndWith(
    `${locked}: expected a private key without a passphrase in PEM`,
  );
});

test("a key and a certificate that do not belong together are both named", async () => {
  const other = makeCertificate(folder, ca, "other-client", "other.example.com", 2);
  expect(await refusal(good, files({ privateKey: other.key }))).toEndWith(
    `${client.certificate} is not the certificate of the key ${other.key}`,
  );
});

test("a refusal says whose certificate is meant, and with which file the server's was checked", async () => {
  const stranger = makeCertificate(folder, otherCa, "stranger", "stranger.example.com", 2);
  const old = makeCertificate(folder, ca, "old-client", "old.example.com", -1);
  const as = ({ key, certificate }: Identity) => files({ privateKey: key, certificate });
  await refusedWith(
    good,
    as(stranger),
    `${remote(good)}: the server does not trust the authority that signed our certificate`,
  );
  await refusedWith(good, as(old), "the server says that our certificate has expired");
  await refusedWith(
    good,
    { caCert: ca.certificate },
    "the server asks for our certificate, and none is configured",
  );
  expect(await refusal(expired, files())).toEndWith(
    `the server's certificate does not pass the check with ${ca.certificate}: certificate has expired`,
  );
});

test("a missing file is named, and the session goes on when it appears", async () => {
  const caCert = folder.at("later.pem");
  const session = attempt(good, files({ caCert }));
  expect((await reach(session, "disconnected")).error.message).toContain(caCert);
  await Bun.write(caCert, readFileSync(ca.certificate));
  expect(await session.synced()).toBe(true);
});

test("without a CA certificate nothing is trusted", async () => {
  expect(await refusal(good, {})).toContain("ssl: needs a CA certificate");
});

test("other files are used from the next connection on", async () => {
  const session = attempt(good, files({ caCert: otherCa.certificate }));
  await reach(session, "disconnected");
  session.setTls(files());
  expect(await session.synced()).toBe(true);
});

test("a CA certificate that is not there is taken from the server once, when that is allowed", async () => {
  const caCert = folder.at("bootstrapped.pem");
  const tls = files({ caCert, bootstrapCaCert: true });
  const session = attempt(good, tls);
  expect((await reach(session, "disconnected")).error.message).toContain(`kept in ${caCert}`);
  expect(await session.synced()).toBe(true);
  expect(run("openssl", "x509", "-in", caCert, "-noout", "-subject", "-nameopt", "RFC2253").trim()).toBe(
    "subject=CN=ca",
  );
  expect(await refusal(foreign, tls)).toMatch(/unable to (get|verify)/i);
});

test("a server that does not send its CA certificate cannot be bootstrapped from", async () => {
  const caCert = folder.at("never.pem");
  const message = await refusal(foreign, files({ caCert, bootstrapCaCert: true }));
  expect(message).toContain("cannot bootstrap the CA certificate");
  expect(existsSync(caCert)).toBe(false);
});

/** The compiled daemon and a local database that is reached by TLS. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { executable } from "../../tools/chassis/daemon.ts";
import { Program } from "../../tools/chassis/program.ts";
import { type Identity, makeCa, makeCertificate } from "../ovsdb-jsonrpc/support/pki.ts";
import { Folder, OvsdbServer, run } from "../ovsdb-jsonrpc/support/server.ts";

const HOST = "127.0.0.1";
const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
const folder = new Folder();
let ca: Identity;
let client: Identity;
let server: OvsdbServer;

beforeAll(async () => {
  ca = makeCa(folder, "ca");
  client = makeCertificate(folder, ca, "client", "client.example.com", 2);
  const { key, certificate } = makeCertificate(folder, ca, "server", HOST, 2);
  run("ovsdb-tool", "create", folder.at("conf.db"), SCHEMA);
  server = new OvsdbServer(folder, "server", {
    databases: [folder.at("conf.db")],
    remotes: [`pssl:0:${HOST}`],
    args: [`--private-key=${key}`, `--certificate=${certificate}`, `--ca-cert=${ca.certificate}`],
  });
  await server.start();
});

afterAll(async () => {
  await server.kill();
  folder.remove();
});

function startDaemon(name: string, southbound: object): Program {
  const config = folder.at(`${name}.yaml`);
  const ovs = { remote: `ssl:${HOST}:${server.port}` };
  writeFileSync(config, JSON.stringify({ ovs, southbound, run_dir: folder.at(name) }));
  return new Program({
    name,
    argv: [executable, "run", "--config", config],
    env: { PATH: process.env.PATH ?? "" },
  });
}

test("it takes the keys of the configuration", async () => {
  const files = { private_key: client.key, certificate: client.certificate, ca_cert: ca.certificate };
  const daemon = startDaemon("with-keys", files);
  await daemon.waitLog(/Open_vSwitch: in sync with ssl:/);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

test("without the CA's certificate it says which key is missing", async () => {
  const daemon = startDaemon("without-keys", {});
  await daemon.waitLog(/warn .*ovs\.remote: ssl:.*: set southbound\.ca_cert/);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

/** The commands on the Open_vSwitch database, against the real schema on the package's own test server. */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { named, operations, Session } from "ovsdb-jsonrpc";
import { Ovs } from "ovsdb-jsonrpc/ovs";
import { startTestServer, type TestServer } from "ovsdb-jsonrpc/testing";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";
import { closingAfterEach } from "./support/for-tests.ts";
import { failure, value } from "./support/session.ts";

const op = operations(openVSwitch);
const closeLater = closingAfterEach();
let server: TestServer;
let ovs: Ovs;

beforeAll(async () => {
  server = await startTestServer({ schema: "/usr/share/openvswitch/vswitch.ovsschema", tcp: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  const admin = closeLater(new Session({ database: openVSwitch, remotes: server.remote, monitor: {} }));
  await admin.synced();
  value(
    await admin.transact([
      op.delete("Open_vSwitch", []),
      op.insert("Interface", { name: "br-int", type: "internal" }, "iface"),
      op.insert("Port", { name: "br-int", interfaces: [named("iface")] }, "port"),
      op.insert("Bridge", { name: "br-int", ports: [named("port")] }, "bridge"),
      op.insert("Open_vSwitch", { bridges: [named("bridge")] }),
    ]),
  );
  ovs = closeLater(new Ovs({ remotes: server.remote }));
  await ovs.synced();
});

async function interfaceNamed(name: string) {
  const reader = closeLater(new Session({ database: openVSwitch, remotes: server.remote, monitor: {} }));
  await reader.synced();
  const [interfaces, ports] = value(
    await reader.transact([
      op.select("Interface", [["name", "==", name]], ["type", "options", "external_ids", "mtu_request"]),
      op.select("Port", [["name", "==", name]], ["tag"]),
    ]),
  );
  return { ...interfaces.rows[0], tag: ports.rows[0]?.tag };
}

test("a port is added with its settings, set key by key, and deleted", async () => {
  const settings = {
    type: "internal",
    tag: 10,
    options: { a: "1" },
    external_ids: { "iface-id": "lsp", mine: "x" },
  };
  value(await ovs.addPort("br-int", "p1", settings));
  expect(ovs.ports("br-int")).toEqual(["br-int", "p1"]);
  expect(await interfaceNamed("p1")).toMatchObject({
    type: "internal",
    tag: 10,
    options: new Map([["a", "1"]]),
    external_ids: new Map([
      ["iface-id", "lsp"],
      ["mine", "x"],
    ]),
  });
  value(
    await ovs.setInterface("p1", { mtu_request: 1400, options: { b: "2" }, external_ids: { mine: null } }),
  );
  expect(await interfaceNamed("p1")).toMatchObject({
    mtu_request: 1400,
    options: new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
    external_ids: new Map([["iface-id", "lsp"]]),
  });
  value(await ovs.setInterface("p1", { mtu_request: null }));
  expect((await interfaceNamed("p1")).mtu_request).toBeNull();
  value(await ovs.delPort("p1"));
  expect(ovs.ports("br-int")).toEqual(["br-int"]);
  expect((await interfaceNamed("p1")).type).toBeUndefined();
  value(await ovs.delPort("p1"));
});

test("a port that is there gets the settings, and one on another bridge is an error", async () => {
  value(await ovs.addBridge("br-ex"));
  value(await ovs.addPort("br-int", "p1"));
  value(await ovs.addPort("br-int", "p1", { tag: 5, type: "tap" }));
  expect(await interfaceNamed("p1")).toMatchObject({ type: "tap", tag: 5 });
  expect(failure(await ovs.addPort("br-ex", "p1"))).toMatchObject({ code: "other bridge" });
  expect(failure(await ovs.addPort("br-no", "p2"))).toMatchObject({ code: "no bridge" });
  expect(failure(await ovs.setInterface("p2", { type: "tap" }))).toMatchObject({ code: "no interface" });
  expect(failure(await ovs.addPort("br-int", "p3", { tag: 5000 }))).toMatchObject({
    code: "constraint violation",
  });
});

test("a bridge is added with its local port, once, and deleted with its ports", async () => {
  value(await ovs.addBridge("br-ex"));
  value(await ovs.addBridge("br-ex"));
  expect([ovs.bridges(), ovs.ports("br-ex")]).toEqual([["br-ex", "br-int"], ["br-ex"]]);
  value(await ovs.delBridge("br-ex"));
  value(await ovs.delBridge("br-ex"));
  expect([ovs.bridges(), ovs.ports("br-ex")]).toEqual([["br-int"], null]);
});

test("many at once lose nothing", async () => {
  const others = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const other = closeLater(new Ovs({ remotes: server.tcpRemote ?? "" }));
      await other.synced();
      return other;
    }),
  );
  const names = Array.from({ length: 30 }, (_, n) => `p${n}`);
  await Promise.all(
    names.map(async (name, n) => value(await (others[n % 3] ?? ovs).addPort("br-int", name))),
  );
  const late = closeLater(new Ovs({ remotes: server.remote }));
  await late.synced();
  expect(late.ports("br-int")?.length).toBe(31);
});

test("a command before the rows of the database are here is not sent, and says what to wait for", async () => {
  const early = closeLater(new Ovs({ remotes: server.remote }));
  const { code, details } = failure(await early.addPort("br-int", "p1"));
  expect([code, details]).toEqual(["not sent", expect.stringContaining("wait for synced()")]);
  await early.synced();
  value(await early.addPort("br-int", "p1"));
  early.close();
  expect(failure(await early.delPort("p1"))).toMatchObject({ code: "not sent", retryable: false });
});

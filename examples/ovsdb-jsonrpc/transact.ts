/** Adds a port to br-int in one transaction, and then changes it by reading, writing and verifying. */
import { named, operations, Session } from "ovsdb-jsonrpc";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";

const op = operations(openVSwitch);
const session = new Session({
  database: openVSwitch,
  remotes: process.argv[2] ?? "unix:/var/run/openvswitch/db.sock",
  monitor: { Bridge: ["name", "ports"], Port: ["name", "tag"], Interface: ["name", "external_ids"] },
  indexes: { Bridge: { byName: ["name"] }, Port: { byName: ["name"] }, Interface: { byName: ["name"] } },
});
await session.synced();

const added = await session.transact([
  op.insert("Interface", { name: "example", type: "internal" }, "interface"),
  op.insert("Port", { name: "example", interfaces: [named("interface")] }, "port"),
  op.mutate("Bridge", [["name", "==", "br-int"]], [["ports", "insert", [named("port")]]]),
]);
if (!added.ok) throw new Error(`${added.error.code}: ${added.error.details}`);
console.log("bridges changed:", added.value[2].count);

// The port is in the replica by now. Somebody else who changes the tag meanwhile makes `build` run again.
const [port] = session.replica.table("Port").index("byName").find("example");
const [iface] = session.replica.table("Interface").index("byName").find("example");
const changed = await session.commit((draft) => {
  if (port === undefined || iface === undefined) return;
  const before = draft.read("Port", port._uuid, ["tag"]);
  draft.update("Port", port._uuid, { tag: (before?.tag ?? 0) + 10 });
  draft.setKey("Interface", iface._uuid, "external_ids", "iface-id", "lport1");
});
console.log("changed:", changed.ok);

const refused = await session.transact([op.update("Port", [["name", "==", "example"]], { tag: 5000 })]);
if (!refused.ok) console.log("refused:", refused.error.code);
console.log("tag:", session.replica.table("Port").index("byName").find("example")[0]?.tag);
session.close();

/** What `ovs-vsctl` is mostly used for: adds a port, sets something, looks, and takes the port away again. */
import { Ovs } from "ovsdb-jsonrpc/ovs";

const ovs = new Ovs({ remotes: process.argv[2] ?? "unix:/var/run/openvswitch/db.sock" });
await ovs.synced();
const added = await ovs.addPort("br-int", "example", { type: "internal", tag: 30 });
console.log("added:", added.ok, ovs.ports("br-int")?.includes("example"));
const set = await ovs.setInterface("example", { external_ids: { "iface-id": "lport1" } });
console.log("set:", set.ok);
const missing = await ovs.addPort("br-none", "other");
if (!missing.ok) console.log("not added:", missing.error.code);
await ovs.delPort("example");
console.log("left:", ovs.ports("br-int")?.includes("example"));
ovs.close();

/** Finds ports by a range of their tags, and the bridges that they are on. */
import { Session } from "ovsdb-jsonrpc";
import { ordered, references } from "ovsdb-jsonrpc/indexes";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";

const session = new Session({
  database: openVSwitch,
  remotes: process.argv[2] ?? "unix:/var/run/openvswitch/db.sock",
  monitor: { Bridge: ["name", "ports"], Port: ["name", "tag"] },
  indexes: { Port: { byTag: ordered("tag", "name") } },
  references: references(),
});
await session.synced();
for (const port of session.replica
  .table("Port")
  .index("byTag")
  .range({ from: [1], to: [99] })) {
  const bridges = session.replica
    .referring(port._uuid)
    .flatMap((one) => (one.table === "Bridge" ? [one.row.name] : []));
  console.log(port.name, "has the tag", port.tag, "on", bridges.join(", "));
}
session.close();

/** Follows the switch and what the server says of itself, over one connection. */
import { Connection, getSchema, Session } from "ovsdb-jsonrpc";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";

const remotes = process.argv[2] ?? "unix:/var/run/openvswitch/db.sock";
const schema = await getSchema({ remotes }, "_Server");
if (!schema.ok) throw new Error(schema.error.message);

const connection = new Connection({ remotes });
const vswitch = new Session({ connection, database: openVSwitch, monitor: { Bridge: ["name"] } });
const server = new Session({
  connection,
  database: schema.value,
  monitor: { Database: ["name", "model", "connected"] },
});
await Promise.all([vswitch.synced(), server.synced()]);
for (const bridge of vswitch.replica.table("Bridge").rows.values()) console.log("bridge", bridge.name);
const databases = [...server.replica.table("Database").rows.values()].map(
  ({ name, model }) => `${name} (${model})`,
);
console.log("databases", databases.sort().join(", "));
console.log("connections", connection.counters.connections);
connection.close();

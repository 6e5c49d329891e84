/** Follows the interfaces of a switch, says what becomes of them, and ends when the interface `p1` has gone. */
import { Session } from "ovsdb-jsonrpc";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";

const session = new Session({
  database: openVSwitch,
  remotes: process.argv[2] ?? "unix:/var/run/openvswitch/db.sock",
  monitor: { Interface: ["name", "mtu_request"] },
});
session.onState((state) => {
  if (state.kind === "disconnected")
    console.log(`${state.error.message}; trying again in ${state.retryInMs} ms`);
  else console.log(state.kind);
});
session.onBatch(({ tables }) => {
  for (const { old, new: row } of tables.Interface) {
    if (row === null) console.log("gone:", old?.name);
    else if (old === null) console.log("there is:", row.name);
    else if (old.mtu_request !== row.mtu_request) console.log(row.name, "has the MTU", row.mtu_request);
    if (row === null && old?.name === "p1") session.close();
  }
});

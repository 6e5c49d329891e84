/** Loads the benchmark's Port_Bindings once, in a process of its own; prints milliseconds and memory as JSON. */
import { Session } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import { memory } from "../support/usage.ts";
import { COLUMNS } from "./southbound.ts";

const remote = process.argv[2] ?? "";
const emptyRss = process.memoryUsage.rss();
const started = performance.now();
const session = new Session({ database: ovnSouthbound, remotes: remote, monitor: { Port_Binding: COLUMNS } });
await session.synced();
const milliseconds = performance.now() - started;
const rows = session.replica.table("Port_Binding").rows.size;
const { peak } = memory(process.pid);
await Bun.sleep(1000);
console.log(
  JSON.stringify({
    milliseconds,
    rows,
    peakBytes: peak - emptyRss,
    heldBytes: process.memoryUsage.rss() - emptyRss,
  }),
);
session.close();

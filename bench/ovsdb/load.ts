/**
 * Loads the benchmark's Port_Bindings once, in a process of its own; prints milliseconds and memory as JSON. With `numbers` or
 * `bigints` behind the remote the tunnel keys as well, which are integers, read as these.
 */
import { Session, withBigints } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import { memory } from "../support/usage.ts";
import { COLUMNS } from "./southbound.ts";

const [, , remote = "", integers] = process.argv;
const options = { remotes: remote, monitor: { Port_Binding: COLUMNS } } as const;
const withKeys = { remotes: remote, monitor: { Port_Binding: [...COLUMNS, "tunnel_key"] } } as const;

function open() {
  if (integers === "bigints") return new Session({ database: withBigints(ovnSouthbound), ...withKeys });
  if (integers === "numbers") return new Session({ database: ovnSouthbound, ...withKeys });
  return new Session({ database: ovnSouthbound, ...options });
}

const emptyRss = process.memoryUsage.rss();
const started = performance.now();
const session = open();
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

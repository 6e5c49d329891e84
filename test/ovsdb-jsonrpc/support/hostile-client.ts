/**
 * A session in a process of its own, whose memory can be told: `hostile-client.ts REMOTE MAX_BYTES` prints, when the
 * connection has ended, why, and the peak of the process's memory above what it was before, in bytes.
 */
import { Session } from "ovsdb-jsonrpc";
import { playground } from "./playground.gen.ts";

const [remotes = "", maxBytes = "0"] = process.argv.slice(2);
const peak = () => process.resourceUsage().maxRSS * 1024;
const before = peak();
const session = new Session({
  database: playground,
  remotes,
  monitor: { Thing: ["name"] },
  ...(Number(maxBytes) > 0 ? { limits: { maxBytes: Number(maxBytes) } } : {}),
});
session.onState((state) => {
  if (state.kind !== "disconnected") return;
  console.log(JSON.stringify({ ...state.error, peakBytes: peak() - before }));
  session.close();
});

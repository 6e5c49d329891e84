/** Frames one long message byte by byte, in a process of its own; prints whether it came out whole, and how much memory it took at most. */
import { JsonFramer } from "../../../src/ovsdb-jsonrpc/wire/json-framer.ts";

const MIB = 2 ** 20;

const bytes = new TextEncoder().encode(JSON.stringify(["x".repeat(8 * MIB)]));
const framer = new JsonFramer();
const texts: Uint8Array[] = [];
Bun.gc(true);
const before = process.memoryUsage().rss;
let mostBytes = 0;
for (let at = 0; at < bytes.length; at++) {
  framer.push(bytes.subarray(at, at + 1), (text) => texts.push(text));
  if (at % MIB !== 0) continue;
  Bun.gc(true);
  mostBytes = Math.max(mostBytes, process.memoryUsage().rss - before);
}
const [text] = texts;
console.log(
  JSON.stringify({
    isWhole: texts.length === 1 && text !== undefined && Buffer.compare(text, bytes) === 0,
    mostBytes,
  }),
);

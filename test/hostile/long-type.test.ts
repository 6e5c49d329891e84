/**
 * One port with a plug type of 2 MiB beside 1,350 others: whoever looks at them is answered as if it were not there. On the
 * compiled executable; costs are compared with those of the same daemon before that port came.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Site, uuidOf } from "../../bench/plug/site.ts";
import { cpuSeconds, memory } from "../../bench/support/usage.ts";
import { baseConfig, configPath, startDaemon } from "../../tools/chassis/daemon.ts";
import type { Program } from "../../tools/chassis/program.ts";
import { Folder } from "../binary/support/vifplugd.ts";

const MiB = 1 << 20;
const OTHERS = Array.from({ length: 1350 }, (_, index) => `other${index}`);
const TYPE = "t".repeat(2 * MiB);

let site: Site;
let daemon: Program;
let folder: Folder;
let port = 0;

/** What a look costs and brings: seconds of the daemon's CPU, and UTF-16 code units. */
interface Look {
  readonly cpu: number;
  readonly length: number;
  readonly text: string;
}

const LOOKS: Readonly<Record<string, () => Promise<string>>> = {
  status: async () => (await folder.run("status", "--config", configPath(site.chassis))).stdout,
  "/healthz": () => get("/healthz"),
  "/metrics": () => get("/metrics"),
  "the page": () => pageEvents(),
};
const before = new Map<string, Look>();
/** The most that was held since that port came, in bytes; what stays of the executable in memory is the kernel's affair. */
let most = 0;
let watching: ReturnType<typeof setInterval>;

beforeAll(async () => {
  folder = await Folder.make();
  site = await Site.start({ ports: 0, vswitchd: false, spare: [...OTHERS, "long", "fence"] });
  daemon = await startDaemon({
    chassis: site.chassis,
    config: {
      ...baseConfig(site.chassis),
      providers: [{ type: "dummy" }],
      metrics: { listen: "127.0.0.1:0", page: true },
    },
  });
  const line = await daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/, 60_000);
  port = Number(/port (\d+)/.exec(line)?.[1]);
  await setType(OTHERS, "unheard-of");
  await counted(OTHERS.length);
  for (const [name, look] of Object.entries(LOOKS)) {
    await look();
    before.set(name, await measure(look));
  }
  await setType(["long"], TYPE);
  await counted(OTHERS.length + 1);
  watching = setInterval(() => {
    most = Math.max(most, memory(daemon.pid).anonymous);
  }, 2);
}, 180_000);
afterAll(async () => {
  clearInterval(watching);
  await site[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function setType(lports: readonly string[], type: string): Promise<void> {
  const options = ["map", [["requested-chassis", "hv1"], ["vif-plug-type", type]]]; // biome-ignore format: pairs
  const row = { requested_chassis: uuidOf(site.chassisUuid("hv1")), options };
  const updates = lports.map((lport) => {
    const where = [["_uuid", "==", uuidOf(site.lport(lport).uuid)]];
    return { op: "update", table: "Port_Binding", where, row };
  });
  await site.southbound.request("transact", ["OVN_Southbound", ...updates]);
}

/** Returns when so many ports are without a provider. */
async function counted(number: number): Promise<void> {
  while (!(await get("/metrics")).includes(`vifplugd_ports{state="no-provider"} ${number}\n`))
    await sleep(50);
}

async function get(path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

/** What a page is told when it is opened, up to the event that follows the ports. */
async function pageEvents(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/page/events`);
  const decoder = new TextDecoder();
  let text = "";
  const reader = response.body?.getReader();
  while (reader !== undefined && !/^event: ports\ndata: .*\n\n/m.test(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

async function measure(look: () => Promise<string>): Promise<Look> {
  const from = cpuSeconds(daemon.pid);
  const text = await look();
  return { cpu: cpuSeconds(daemon.pid) - from, length: text.length, text };
}

describe("costs and says what it did without that port:", () => {
  test.each(Object.keys(LOOKS))("%s", async (name) => {
    const look = LOOKS[name];
    const plain = before.get(name);
    if (look === undefined || plain === undefined) throw new Error(name);
    await look();
    const { cpu, length, text } = await measure(look);
    expect(length).toBeLessThan(plain.length * 1.5 + 1000);
    expect(cpu).toBeLessThan(plain.cpu * 3 + 0.1);
    expect(text).not.toContain("t".repeat(1000));
  });
});

test("/healthz is answered while all of that is asked for at once", async () => {
  const looks = Object.values(LOOKS).flatMap((look) => [look(), look(), look()]);
  let left = looks.length;
  const over = looks.map((look) => look.finally(() => left--));
  // As often as one of the others has been answered, it has been, too.
  let answers = 0;
  while (left > 0) if ((await get("/healthz")) === "ok\n") answers++;
  await Promise.all(over);
  expect(answers).toBeGreaterThan(0);
  expect(daemon.status).toBeUndefined();
});

test("programs get all of it", async () => {
  const { stdout } = await folder.run("status", "--json", "--config", configPath(site.chassis));
  const { ports } = JSON.parse(stdout);
  expect(ports.find(({ lport }: { lport: string }) => lport === "long").type).toBe(TYPE);
});

test("what becomes of all these ports at once, again and again, is told in bounded lines", async () => {
  const [from, started] = [daemon.lines.length, performance.now()];
  for (let round = 0; round < 3; round++) {
    await setType(OTHERS, `unheard-of-${round}`);
    await counted(OTHERS.length + 1);
  }
  await daemon.waitLog(/lines? (were )?left out|dropped/, 60_000, from);
  const seconds = (performance.now() - started) / 1000;
  // 100 lines a second of each module; two of them speak here.
  expect(daemon.lines.length - from).toBeLessThan(200 * (seconds + 2));
  for (const line of daemon.lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192);
});

test("nobody's look, of those above, takes memory by the length of every cell", () => {
  console.log(`a port of 2 MiB beside ${OTHERS.length} others: at most ${Math.round(most / MiB)} MiB`);
  expect(most).toBeGreaterThan(2 * MiB);
  // 61 to 72 MiB were seen (six times the row and 64 MiB are 76), of which what belongs to the start is a half.
  expect(most).toBeLessThan(96 * MiB);
});

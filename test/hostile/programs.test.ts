/**
 * Providers of one's own that are broken or mean, all of them enabled in one daemon, the compiled executable: each is told of
 * by name, what the others have to plug is plugged, memory and log are bounded, and the end comes and takes all programs along.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Site, uuidOf } from "../../bench/plug/site.ts";
import { Wire } from "../../bench/plug/wire.ts";
import { memory } from "../../bench/support/usage.ts";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";
import type { Program } from "../../tools/chassis/program.ts";

const MiB = 1 << 20;
const END_MS = 50_000;
const puppet = join(import.meta.dir, "../providers/command/support/puppet.ts");

/** What is asked about each of these has a megabyte, so that more waits for its program than may wait. */
const LONG = Array.from({ length: 12 }, (_, index) => `long${index}`);
const GOOD = ["good0", "good1", "good2"];

const INTRODUCED = `read line; echo '{"jsonrpc":"2.0","id":0,"result":{"protocol":1}}';`;

const script = (text: string) => ["sh", "-c", text];
const puppetThat = (behaviour: object) => [process.execPath, puppet, "/dev/null", JSON.stringify(behaviour)];

/** Commands by plug type. Each has a logical port of its type's name. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "reads-nothing": script(`${INTRODUCED} exec sleep 1000`),
  "says-nothing": script("exec sleep 1000"),
  "heeds-nobody": script(`trap '' TERM; ${INTRODUCED} while :; do sleep 1000; done`),
  "closes-its-pipes": script(`${INTRODUCED} exec sleep 1000 <&- >&- 2>&-`),
  "is-asked-for-ever": puppetThat({
    tricks: { "is-asked-for-ever": { kind: "changes", lports: ["is-asked-for-ever"] } },
  }),
  "is-no-program": ["/etc/passwd/acme"],
  "is-not-there": ["/nonexistent/acme"],
  "has-a-nul": ["/bin/true", "a\0b"],
  "is-too-long": ["/bin/true", "a".repeat(MiB / 8 + 1)],
  "is-a-folder": ["/etc"],
};

/** Modules by plug type: what their file does besides plugging. */
const MODULES: Readonly<Record<string, string>> = {
  "throws-by-timer": 'setInterval(() => { throw new Error("by timer"); }, 1);',
  "rejects-for-ever": 'setInterval(() => void Promise.reject(new Error("by promise")), 1);',
  "wakes-for-ever": "",
  "changes-its-inputs": "",
};

const moduleText = (type: string, more: string) => `${more}
export default {
  type: "${type}",
  init(host) { if ("${type}" === "wakes-for-ever") setInterval(() => host.wake(), 0); },
  prepare(input) {
    const { operation, lport, openVSwitch, bridge } = input;
    const { name } = lport;
    if ("${type}" === "changes-its-inputs") for (const spoil of [
      () => lport.options.clear(), () => lport.options.set("requested-chassis", "mine"), () => { lport.name = "good0"; },
      () => openVSwitch.external_ids.clear(), () => bridge.other_config.clear(), () => { bridge.name = "mine"; },
      () => { for (const key of Object.keys(input)) delete input[key]; },
      () => Object.defineProperty(input, "operation", { get() { throw new Error("mine"); } }),
    ]) try { spoil(); } catch {}
    return operation === "remove" ? { ready: true } : { ready: true, interface: { name: name.slice(0, 15), type: "internal", options: {} } };
  },
};
`;

let site: Site;
let local: Wire;
let daemon: Program;
let held = "";
let started = 0;

beforeAll(async () => {
  const lports = [...Object.keys(COMMANDS), ...Object.keys(MODULES), "leaves-a-child", ...LONG, ...GOOD];
  site = await Site.start({ ports: 0, vswitchd: false, spare: lports });
  local = await Wire.open(site.chassis.ovsSock);
  const { dir } = site.chassis;
  mkdirSync(join(dir, "own"), { mode: 0o755 });
  held = join(dir, "held");
  for (const [type, more] of Object.entries(MODULES))
    await Bun.write(join(dir, "own", `${type}.ts`), moduleText(type, more));
  // One child, however often the command is started again.
  const leaving = `[ -s ${held} ] || setsid sh -c 'echo $$ >${held}; exec sleep 1000' & while ! [ -s ${held} ]; do sleep 0.01; done; exit 3`;
  started = performance.now();
  daemon = await startDaemon({
    chassis: site.chassis,
    config: {
      ...baseConfig(site.chassis),
      providers: [
        { type: "dummy" },
        ...Object.entries(COMMANDS).map(([type, command]) => ({ type, command })),
        { type: "leaves-a-child", command: script(leaving) },
        ...Object.keys(MODULES).map((type) => ({ type, module: join(dir, "own", `${type}.ts`) })),
      ],
    },
  });
  await daemon.waitLog(/OVN_Southbound: in sync/, 60_000);
  await bind("reads-nothing", LONG, "x".repeat(MiB));
  for (const type of [...Object.keys(COMMANDS), ...Object.keys(MODULES)]) await bind(type, [type]);
}, 120_000);
afterAll(async () => {
  if (existsSync(held)) process.kill(Number(readFileSync(held, "utf8")), "SIGKILL");
  local.close();
  await site[Symbol.asyncDispose]();
});

/** Wants these logical ports here, for providers of that type. */
async function bind(type: string, lports: readonly string[], junk = ""): Promise<void> {
  const pairs = [["requested-chassis", "hv1"], ["vif-plug-type", type], ["junk", junk]]; // biome-ignore format: pairs
  const row = { requested_chassis: uuidOf(site.chassisUuid("hv1")), options: ["map", pairs] };
  const updates = lports.map((lport) => {
    return { op: "update", table: "Port_Binding", where: [["logical_port", "==", lport]], row };
  });
  await site.southbound.request("transact", ["OVN_Southbound", ...updates]);
}

/** Returns when there is an interface of that name. */
async function plugged(name: string): Promise<void> {
  const select = { op: "select", table: "Interface", where: [["name", "==", name]], columns: ["name"] };
  while (!JSON.stringify((await local.request("transact", ["Open_vSwitch", select])).result).includes(name))
    await Bun.sleep(50);
}

interface Status {
  readonly providers: readonly { readonly type: string; readonly state: string; readonly reason?: string }[];
}

test("what they cannot or will not do is told of by their names", async () => {
  for (const [type, why] of [
    ["is-no-program", "it cannot be started: .*"],
    ["is-not-there", "it cannot be started: .*no such file or directory"],
    ["has-a-nul", "it cannot be started: .*"],
    ["is-too-long", "it cannot be started: .*"],
    ["is-a-folder", "it cannot be started: .*"],
    ["leaves-a-child", "it exited with status 3"],
  ])
    await daemon.waitLog(new RegExp(` warn provider: ${type}: the command is down: ${why}`), 60_000);
  await daemon.waitLog(/ warn provider: throws-by-timer: threw outside of a call: by timer/);
  await daemon.waitLog(/ warn provider: rejects-for-ever: threw outside of a call: by promise/);
  const text = await site.chassis.appctl("vifplugd", "plug/status");
  const { providers }: Status = JSON.parse(text);
  const stateOf = new Map(providers.map(({ type, state }) => [type, state]));
  expect(stateOf.get("dummy")).toBe("ready");
  for (const type of ["is-no-program", "is-not-there", "has-a-nul", "is-too-long", "is-a-folder"])
    expect([type, stateOf.get(type)]).toEqual([type, "failed"]);
}, 120_000);

test("what the others have to plug is plugged, and modules that stray plug all the same", async () => {
  for (const type of Object.keys(MODULES)) await plugged(type.slice(0, 15));
  for (const lport of GOOD) {
    await bind("dummy", [lport]);
    await plugged(lport);
    expect(await site.chassis.appctl("vifplugd", "version")).toStartWith("vifplugd ");
  }
  expect(await site.chassis.appctl("vifplugd", "inc-engine/verify")).not.toMatch(/differ|missing/);
}, 120_000);

test("what waits to be read, and what is told, is bounded", () => {
  const { anonymous } = memory(daemon.pid);
  console.log(`programs: ${Math.round(anonymous / MiB)} MiB, ${daemon.lines.length} lines`);
  expect(anonymous).toBeLessThan(256 * MiB);
  const seconds = (performance.now() - started) / 1000;
  expect(daemon.lines.length).toBeLessThan(100 * (seconds + 2));
  expect(Math.max(...daemon.lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(8192);
});

test("the end comes, and takes along all that did not leave", async () => {
  const children = childrenOf(daemon.pid);
  expect(children.length).toBeGreaterThan(0);
  expect(await daemon.stop("SIGTERM", END_MS)).toEqual({ code: 0, signal: null });
  // Who was killed may need a moment for that on a busy machine; none of them would leave on its own.
  while (children.some(isAlive)) await Bun.sleep(20);
}, 120_000);

/** Its children, and theirs. */
function childrenOf(parent: number): readonly number[] {
  const children = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && statusOf(pid).includes(`\nPPid:\t${parent}\n`));
  return children.flatMap((pid) => [pid, ...childrenOf(pid)]);
}

/** Empty where there is no such process any more. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

const isAlive = (pid: number) => /^State:\s+[^Z]/m.test(statusOf(pid));

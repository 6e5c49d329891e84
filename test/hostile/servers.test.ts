/**
 * Database servers that are broken or mean, on both sides of the compiled executable: it never ends, writes nothing that is
 * not its own, stays small, does not wear a server out with connections, and is at rest when they are sane again.
 *
 * `SEED=n` plays another history, `LONG=1` one of ten minutes, and `LONG=n` one of n seconds.
 */
import { describe, expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { memory } from "../../bench/support/usage.ts";
import { random } from "../support/random.ts";
import { type Hostility, type MutatingProxy, PEACE, type Request } from "./support/mutating-proxy.ts";
import { CHASSIS, LPORTS, Scene } from "./support/scene.ts";

const MiB = 1 << 20;
const SEED = Number(process.env.SEED ?? 19);
/** Null: a history of so many steps, however long they take. */
const SECONDS =
  process.env.LONG === undefined ? null : process.env.LONG === "1" ? 600 : Number(process.env.LONG);
const STEPS = 400;

const MOODS: readonly Hostility[] = [
  PEACE,
  { distorted: 0.02, corrupted: 0, cut: 0 },
  { distorted: 0.2, corrupted: 0, cut: 0 },
  { distorted: 0, corrupted: 0.02, cut: 0.02 },
];

const OURS: ReadonlySet<unknown> = new Set(["Port", "Interface", "Bridge"]);

test(
  "whatever they say, only what is ours is written, memory is bounded, and it comes to rest",
  async () => {
    const chance = random(SEED);
    await using scene = await Scene.set(chance);
    const { southbound, openVSwitch, site, local } = scene;
    console.log(`servers: SEED=${SEED}, ${SECONDS === null ? `${STEPS} steps` : `${SECONDS} s`}`);
    const wrong: string[] = [];
    southbound.onRequest = ({ method, params }) => {
      const writes = params.some((operation) => /"op":"(?!select)/.test(JSON.stringify(operation)));
      if (method === "transact" && writes) wrong.push(JSON.stringify(params));
    };
    let writes = 0;
    openVSwitch.onRequest = ({ method, params }) => {
      if (method !== "transact") return;
      writes++;
      for (const operation of params.slice(1) as readonly { op: string; table?: string }[]) {
        const { op, table } = operation;
        if (op !== "assert" && op !== "comment" && !OURS.has(table)) wrong.push(JSON.stringify(operation));
      }
    };
    await scene.start();
    const { daemon } = scene;
    await scene.allPlugged(1300);
    await sleep(3000);
    const before = memory(daemon.pid).anonymous;
    const theirs = await scene.foreign();
    let most = 0;
    const look = setInterval(() => {
      if (daemon.status === undefined) most = Math.max(most, memory(daemon.pid).anonymous);
    }, 20);
    const end = SECONDS === null ? null : performance.now() + SECONDS * 1000;
    const goesOn = (step: number) => (end === null ? step < STEPS : performance.now() < end);
    for (let step = 0; goesOn(step) && daemon.status === undefined; step++) {
      if (step % 40 === 0) {
        // A lie about the log's index would otherwise keep the daemon away from the server for the rest of the history.
        if (chance.chance(0.5)) await site.chassis.appctl("vifplugd", "sb-cluster-state-reset");
        southbound.hostility = chance.pick(MOODS);
        openVSwitch.hostility = chance.pick(MOODS);
      }
      await scene.setLport(
        chance.pick(LPORTS),
        chance.pick(CHASSIS),
        1300 + chance.int(100),
        chance.int(2000),
      );
      if (chance.chance(0.2)) {
        const row = { options: ["map", [["theirs", String(step)]]] };
        const where = [["name", "==", chance.pick(LPORTS)]];
        await local.request("transact", ["Open_vSwitch", { op: "update", table: "Interface", where, row }]);
      }
      await sleep(20);
    }
    clearInterval(look);
    for (const proxy of [southbound, openVSwitch]) {
      proxy.hostility = PEACE;
      proxy.cut();
    }
    expect(daemon.status).toBeUndefined();
    expect(southbound.mutations + openVSwitch.mutations).toBeGreaterThan(5);
    // An operator's word: the index and the unplugs that a liar made up.
    await site.chassis.appctl("vifplugd", "sb-cluster-state-reset");
    await scene.allPlugged(1500);
    expect({ SEED, wrong }).toEqual({ SEED, wrong: [] });
    expect(await scene.foreign()).toEqual(theirs);
    expect(await site.chassis.appctl("vifplugd", "inc-engine/verify")).not.toMatch(/differ|missing/);
    const now = writes;
    await sleep(2000);
    expect(writes).toBe(now);
    console.log(
      `servers: ${southbound.mutations + openVSwitch.mutations} mutations, ${southbound.connections + openVSwitch.connections} connections, at most ${Math.round(most / MiB)} MiB`,
    );
    expect(most).toBeLessThan(128 * MiB);
    const until = performance.now() + 60_000;
    while (memory(daemon.pid).anonymous - before >= 32 * MiB && performance.now() < until) await sleep(250);
    expect(memory(daemon.pid).anonymous - before).toBeLessThan(32 * MiB);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  },
  (SECONDS ?? 60) * 1000 + 400_000,
);

describe("a server that serves for a moment only is asked a few times in ten seconds:", () => {
  const isMonitorOf = (request: Request | null, database: string) =>
    request?.method.startsWith("monitor") === true && request.params[0] === database;

  /** A notification for the monitor that the client asked for so. */
  const update2 = ({ params: [, id] }: Request, updates: object) =>
    JSON.stringify({ id: null, method: "update2", params: [id, updates] });

  /** What the Southbound makes of its messages. */
  const SPOILED: Readonly<Record<string, () => MutatingProxy["rewrite"]>> = {
    "its database says that it is not connected, after every monitor": () => {
      let server: Request | null = null;
      let uuid = "";
      return (text, request) => {
        if (isMonitorOf(request, "_Server")) {
          server = request;
          uuid = /"([0-9a-f-]{36})":\{[^}]*"name":"OVN_Southbound"/.exec(text)?.[1] ?? "";
        }
        if (server === null || !isMonitorOf(request, "OVN_Southbound")) return [text];
        return [text, update2(server, { Database: { [uuid]: { modify: { connected: false } } } })];
      };
    },
    "it sends a change of a row that nobody has, after every monitor": () => (text, request) => {
      if (request === null || !isMonitorOf(request, "OVN_Southbound")) return [text];
      const rows = { "00000000-0000-4000-8000-00000000dead": { modify: { logical_port: "x" } } };
      return [text, update2(request, { Port_Binding: rows })];
    },
    "it sends what is no message, after every monitor": () => (text, request) => {
      return isMonitorOf(request, "OVN_Southbound") ? [text, "]"] : [text];
    },
  };

  test.concurrent.each(Object.keys(SPOILED))(
    "%s",
    async (name) => {
      await using scene = await Scene.set(random(SEED));
      const { southbound } = scene;
      southbound.rewrite = SPOILED[name]?.() ?? (() => []);
      await scene.start();
      const { daemon } = scene;
      await daemon.waitLog(/OVN_Southbound: not connected/, 60_000);
      const [connections, lines] = [southbound.connections, daemon.lines.length];
      await sleep(10_000);
      expect(southbound.connections).toBeGreaterThan(0);
      expect(southbound.connections - connections).toBeLessThanOrEqual(10);
      expect(daemon.lines.length - lines).toBeLessThan(100);
      // It is served again when the server is sane.
      southbound.rewrite = (text) => [text];
      await scene.allPlugged(1400);
    },
    240_000,
  );
});

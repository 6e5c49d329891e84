/**
 * A local database that is in order but for one lie: the compiled executable asks it a few times, tells of it in a few lines,
 * stays small, is there for who asks, and plugs everything when the database is honest again.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { memory } from "../../bench/support/usage.ts";
import { random } from "../support/random.ts";
import type { MutatingProxy, Request } from "./support/mutating-proxy.ts";
import { LPORTS, Scene } from "./support/scene.ts";

const MiB = 1 << 20;
const LYING_MS = 1000;
/** For each port: it is tried alone, and then with a back-off. Who asked without end would ask thousands of times. */
const ASKED_AT_MOST = 10;
const LINES_AT_MOST = 20;

let scene: Scene;
let proxy: MutatingProxy;
let lock = "";
let mtu = 1300;
let writes = 0;
/** What is held at rest, in bytes. */
let atRest = 0;

beforeAll(async () => {
  scene = await Scene.set(random(1));
  proxy = scene.openVSwitch;
  proxy.onRequest = (request) => {
    if (isWrite(request)) writes++;
    if (request.method === "lock") lock = String(request.params[0]);
  };
  await scene.start();
  await scene.allPlugged(++mtu);
  atRest = memory(scene.daemon.pid).anonymous;
}, 240_000);
afterAll(() => scene[Symbol.asyncDispose]());

interface Operation {
  readonly op: string;
}

const operationsOf = ({ params }: Request) => params.slice(1) as readonly Operation[];

function isWrite(request: Request): boolean {
  if (request.method !== "transact") return false;
  return operationsOf(request).some(({ op }) => ["insert", "update", "mutate", "delete"].includes(op));
}

const reply = ({ id }: Request, result: unknown) => [JSON.stringify({ id, result, error: null })];

/** Fails at that operation, or at the first one. */
function failing(request: Request, op: string, error: object): readonly string[] {
  const at = Math.max(
    0,
    operationsOf(request).findIndex((each) => each.op === op),
  );
  return reply(request, [...Array<unknown>(at).fill({}), error]);
}

const UUID = ["uuid", "00000000-0000-4000-8000-00000000beef"];

/** What is answered to a transaction that writes, and that the database never hears of. */
const ANSWERS: Readonly<Record<string, (request: Request) => readonly string[]>> = {
  "gives the lock, and then says that somebody else has it": (request) =>
    failing(request, "assert", { error: "not owner", details: "liar" }),
  "says that it has committed what it has not": (request) =>
    reply(
      request,
      operationsOf(request).map(({ op }) =>
        op === "insert" ? { uuid: UUID } : ["update", "mutate", "delete"].includes(op) ? { count: 1 } : {},
      ),
    ),
  "refuses each port's change in a megabyte of words": (request) =>
    failing(request, "update", { error: "constraint violation", details: "no ".repeat(MiB / 3) }),
  "says that every race is lost": (request) => failing(request, "wait", { error: "timed out" }),
  "gives results that are none, in several ways": (request) => {
    const ways = [
      () => reply(request, [7, null, [[]], "done"]),
      () => reply(request, { done: true }),
      () => [JSON.stringify({ id: request.id, result: null, error: { error: "x".repeat(100_000) } })],
    ];
    return ways[writes % ways.length]?.() ?? [];
  },
  "never answers, or something else that nobody asked": () =>
    writes % 2 === 0 ? [] : [JSON.stringify({ id: 4711, result: [], error: null })],
};

/** All ports are to change, while that goes on. */
async function lie(): Promise<{ readonly asked: number; readonly lines: readonly string[] }> {
  const { daemon, site } = scene;
  const from = daemon.lines.length;
  writes = 0;
  ++mtu;
  for (const lport of LPORTS) await scene.setLport(lport, "hv1", mtu);
  while (writes === 0) await sleep(20);
  await sleep(LYING_MS);
  const asked = writes;
  const status = await site.chassis.appctl("vifplugd", "plug/status", "text");
  expect(status).toContain("lport0");
  expect(Buffer.byteLength(status)).toBeLessThan(32 << 10);
  return { asked, lines: daemon.lines.slice(from) };
}

async function isHonestAgain(): Promise<void> {
  proxy.answer = () => null;
  proxy.rewrite = (text) => [text];
  await scene.allPlugged(++mtu);
}

function expectModest({ asked, lines }: Awaited<ReturnType<typeof lie>>): void {
  console.log(`asked ${asked} times, ${lines.length} lines`);
  expect(asked).toBeLessThanOrEqual(ASKED_AT_MOST * LPORTS.length);
  expect(lines.length).toBeLessThanOrEqual(LINES_AT_MOST * LPORTS.length);
  expect(Math.max(0, ...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(8192);
}

describe("a local database that", () => {
  test.each(Object.keys(ANSWERS))(
    "%s",
    async (name) => {
      proxy.answer = (request) => (isWrite(request) ? (ANSWERS[name]?.(request) ?? null) : null);
      expectModest(await lie());
      // Nothing else tells that a reply which is owed will never come.
      if (name.startsWith("never answers")) proxy.cut();
      await isHonestAgain();
    },
    240_000,
  );

  test("takes the lock away and gives it back with every word", async () => {
    const words = (method: string) => JSON.stringify({ id: null, method, params: [lock] });
    proxy.rewrite = (text) => [text, words("stolen"), words("locked")];
    expectModest(await lie());
    await isHonestAgain();
  }, 240_000);

  test("has said all of that is forgotten, and what was plugged by others was left alone", async () => {
    const { daemon, site } = scene;
    expect(await site.chassis.appctl("vifplugd", "inc-engine/verify")).not.toMatch(/differ|missing/);
    const end = performance.now() + 60_000;
    while (memory(daemon.pid).anonymous - atRest >= 32 * MiB && performance.now() < end) await sleep(250);
    expect(memory(daemon.pid).anonymous - atRest).toBeLessThan(32 * MiB);
    expect(await daemon.stop("SIGTERM", 50_000)).toEqual({ code: 0, signal: null });
  }, 120_000);
});

// What is taken once is tried again until it is had, and taken anew when somebody takes it away.
import { expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Taking } from "../../src/system/taking.ts";

/** Something that can be had or not, as the test likes, and what is told of it. */
function thing() {
  const told: string[] = [];
  const it = { why: null as string | null, isThere: false, tries: 0 };
  const taking = new Taking({
    retryMs: 1,
    lookMs: 1,
    take: () => {
      it.tries++;
      if (it.why !== null) throw new Error(it.why);
      it.isThere = true;
    },
    isThere: () => it.isThere,
    onFault: (fault, retryMs) => told.push(`${fault}, ${retryMs}`),
    onTaken: (why) => told.push(why),
  });
  return { it, told, taking };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

test("what can be had is had at once, without a turn of the event loop", () => {
  const { it, taking } = thing();
  void taking.take();
  expect(it.isThere).toBe(true);
  taking.close();
});

test("what cannot be had is tried again; each reason is told once", async () => {
  const { it, told, taking } = thing();
  it.why = "busy";
  await taking.take();
  expect(taking.fault).toBe("busy");
  await until(() => it.tries > 3);
  it.why = "forbidden";
  await until(() => taking.fault === "forbidden");
  it.why = null;
  await until(() => taking.fault === null);
  taking.close();
  expect(told).toEqual(["busy, 1", expect.stringMatching(/^forbidden, \d+$/), "after a fault"]);
});

test("what somebody takes away is taken anew, now or when it can be had", async () => {
  const { it, told, taking } = thing();
  it.isThere = true;
  taking.keep();
  it.isThere = false;
  await until(() => it.isThere);
  it.why = "in the way";
  it.isThere = false;
  await until(() => taking.fault !== null);
  it.why = null;
  await until(() => it.isThere);
  taking.close();
  expect(told).toEqual(["lost", "in the way, 1", "lost"]);
});

test("what is given up is not tried any more", async () => {
  const { it, taking } = thing();
  it.why = "busy";
  await taking.take();
  taking.close();
  const { tries } = it;
  await sleep(20);
  expect(it.tries).toBe(tries);
});

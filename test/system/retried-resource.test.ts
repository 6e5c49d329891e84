// A resource is tried again until it is had, and taken anew when somebody takes it away.
import { expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { RetriedResource } from "../../src/system/retried-resource.ts";

/** Something that can be had or not, as the test likes, and what is told of it. */
function thing() {
  const told: string[] = [];
  const it = { why: null as string | null, isThere: false, tries: 0 };
  const resource = new RetriedResource({
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
  return { it, told, resource };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

test("what can be had is had at once, without a turn of the event loop", () => {
  const { it, resource } = thing();
  void resource.take();
  expect(it.isThere).toBe(true);
  resource.close();
});

test("what cannot be had is tried again; each reason is told once", async () => {
  const { it, told, resource } = thing();
  it.why = "busy";
  await resource.take();
  expect(resource.fault).toBe("busy");
  await until(() => it.tries > 3);
  it.why = "forbidden";
  await until(() => resource.fault === "forbidden");
  it.why = null;
  await until(() => resource.fault === null);
  resource.close();
  expect(told).toEqual(["busy, 1", expect.stringMatching(/^forbidden, \d+$/), "after a fault"]);
});

test("what somebody takes away is taken anew, now or when it can be had", async () => {
  const { it, told, resource } = thing();
  it.isThere = true;
  resource.keep();
  it.isThere = false;
  await until(() => it.isThere);
  it.why = "in the way";
  it.isThere = false;
  await until(() => resource.fault !== null);
  it.why = null;
  await until(() => it.isThere);
  resource.close();
  expect(told).toEqual(["lost", "in the way, 1", "lost"]);
});

test("where nobody can look any more, it is taken anew", async () => {
  let looks = 0;
  const lost = Promise.withResolvers<string>();
  const resource = new RetriedResource({
    lookMs: 1,
    isThere: () => {
      looks++;
      if (looks === 2) throw new Error("not a directory");
      return true;
    },
    take: () => {},
    onFault: lost.reject,
    onTaken: lost.resolve,
  });
  resource.keep();
  expect(await lost.promise).toBe("lost");
  await until(() => looks > 2);
  resource.close();
});

test("tries never run at once, however many are asked for", async () => {
  let [running, most, tries] = [0, 0, 0];
  const resource = new RetriedResource({
    take: async () => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      tries++;
    },
    onFault: () => {},
  });
  await Promise.all([resource.take(), resource.take(), resource.take(), resource.take()]);
  expect({ most, tries }).toEqual({ most: 1, tries: 4 });
});

test("a try that waits for another one is given up with it", async () => {
  const gate = Promise.withResolvers<void>();
  let tries = 0;
  const resource = new RetriedResource({
    take: () => {
      tries++;
      return gate.promise;
    },
    onFault: () => {},
  });
  const both = [resource.take(), resource.take()];
  resource.close();
  gate.resolve();
  await Promise.all(both);
  expect(tries).toBe(1);
});

test("what is given up is not tried any more", async () => {
  const { it, resource } = thing();
  it.why = "busy";
  await resource.take();
  resource.close();
  const { tries } = it;
  await sleep(20);
  expect(it.tries).toBe(tries);
});

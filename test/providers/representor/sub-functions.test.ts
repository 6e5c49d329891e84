/** Sub-functions on demand: made when wanted and absent, deleted when unplugged, and only those of the range. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import type { PrepareAnswer, PrepareInput, Provider } from "../../../src/providers/provider.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import {
  device,
  hostMac,
  hostPf,
  hostPfLink,
  link,
  port,
  uplink,
  uplinkLink,
  uplinkMac,
  vf,
  vfLink,
} from "./support/nic.ts";
import { questionOf, startProvider, turn, viewOf } from "./support/start.ts";

let kernel = new FakeKernel();
let provider: Provider;
const range = { first: 1000, last: 1999 };

beforeEach(async () => {
  kernel = new FakeKernel();
  for (const one of [uplink, vf(0)]) kernel.setPort(one);
  for (const one of [uplinkLink, vfLink(0)]) kernel.setLink(one);
});
afterEach(() => {
  provider.destroy?.();
  jest.useRealTimers();
});

const start = async (
  options: Parameters<typeof startProvider>[1] = { sf_range: range, set_link: "leave" },
) => {
  provider = await startProvider(kernel, options);
};

function asking(sf: number, more: Record<string, string> = {}) {
  return questionOf(`lp${sf}`, { "pf-mac": uplinkMac, "sf-num": String(sf), ...more });
}

function answerTo(sf: number, more: Record<string, string> = {}): PrepareAnswer {
  provider.run?.();
  return provider.prepare(asking(sf, more));
}

const plugged = (name: string) => ({ name, type: "", options: {} });
/** A complete pass, in which these questions are all that are asked, and these interfaces all that are ours. */
async function tidy(asked: readonly PrepareInput[] = [], ...owned: readonly string[]): Promise<void> {
  provider.run?.();
  provider.tidy?.({ asked, owned: new Set(owned) });
  await turn();
}

/** The call after the interface of this name has gone from a logical port. */
async function unplug(question: PrepareInput, name: string): Promise<void> {
  provider.finish?.({ ...question, operation: "remove", interface: viewOf(name) }, null);
  await turn();
}

const existing = (sf: number) =>
  port({
    ...{ index: 40_000 + sf, flavour: "pcisf", pf: 0, sf, netdev: { ifindex: 4000 + sf, name: `own${sf}` } },
    function: { hardwareAddress: null, active: true },
  });

describe("a sub-function of the range that is wanted and absent", () => {
  test("is to be made, is made in arrange alone, and is plugged, activated, and deleted at the end", async () => {
    await start();
    const asked: PrepareAnswer = {
      ready: false,
      reason: `sub-function 1000 of ${device} pf 0 is to be made (sf_range)`,
      arrange: true,
    };
    expect(answerTo(1000)).toEqual(asked);
    expect(answerTo(1000)).toEqual(asked);
    expect(kernel.changes).toEqual([]);
    provider.arrange?.(asking(1000));
    provider.arrange?.(asking(1000));
    await turn();
    expect(answerTo(1000)).toEqual({ ready: true, interface: plugged("sf1000") });
    provider.finish?.(asking(1000), plugged("sf1000"));
    await turn();
    const removal = {
      ...asking(1000),
      operation: "remove" as const,
      interface: { name: "sf1000", type: "", options: new Map() },
    };
    provider.finish?.(removal, null);
    await turn();
    expect(kernel.changes).toEqual([
      `add ${device} controller 0 pf 0 sf 1000`,
      `function ${device}/31000 active`,
      `delete ${device}/31000`,
    ]);
  });

  test("is waited for while it is being made", async () => {
    await start();
    const work = Promise.withResolvers<void>();
    kernel.busy = work.promise;
    provider.arrange?.(asking(1000));
    expect(answerTo(1000)).toEqual({
      ready: false,
      reason: `sub-function 1000 of ${device} pf 0 is being made (sf_range)`,
    });
    work.resolve();
    await turn();
    expect(answerTo(1000)).toMatchObject({ ready: true });
  });

  test("is made with the address that it is to have", async () => {
    await start();
    provider.arrange?.(asking(1001, { "hw-addr": "00-53-00-00-10-01" }));
    await turn();
    expect(kernel.changes).toEqual([
      `add ${device} controller 0 pf 0 sf 1001`,
      `address of ${device}/31001 00:53:00:00:10:01`,
    ]);
  });

  test("is not left without that address", async () => {
    await start();
    kernel.refuses = { add: null, address: "EOPNOTSUPP" };
    provider.arrange?.(asking(1001, { "hw-addr": "00:53:00:00:10:01" }));
    await turn();
    expect(kernel.changes).toEqual([`add ${device} controller 0 pf 0 sf 1001`, `delete ${device}/31001`]);
    expect(answerTo(1001)).toMatchObject({
      ready: false,
      reason: expect.stringContaining("address cannot be set"),
    });
  });

  test("is not left without that address where the kernel does not delete it at once", async () => {
    jest.useFakeTimers();
    await start();
    await tidy();
    kernel.refuses = { add: null, address: "EOPNOTSUPP" };
    kernel.refusesDeletion = "EBUSY";
    provider.arrange?.(asking(1001, { "hw-addr": "00:53:00:00:10:01" }));
    await turn();
    kernel.refusesDeletion = null;
    await tidy();
    expect(kernel.changes).toEqual([`add ${device} controller 0 pf 0 sf 1001`, `delete ${device}/31001`]);
  });

  test("is made for a host on a DPU, with that host's controller", async () => {
    kernel.setPort(hostPf);
    kernel.setLink(hostPfLink);
    await start();
    provider.arrange?.(questionOf("lp", { "pf-mac": hostMac, "sf-num": "1002" }));
    await turn();
    expect(kernel.changes).toEqual([`add ${device} controller 1 pf 0 sf 1002`]);
  });

  test("is made on a NIC that shows nothing but its uplink", async () => {
    kernel.removePort(vf(0));
    await start();
    provider.arrange?.(asking(1003));
    await turn();
    expect(kernel.changes).toEqual([`add ${device} controller 0 pf 0 sf 1003`]);
  });

  test("that the kernel refuses to make says why, and is tried again later", async () => {
    jest.useFakeTimers();
    await start();
    kernel.refuses = { add: "the kernel refused it: EOPNOTSUPP", address: null };
    provider.arrange?.(asking(1000));
    await turn();
    const reason = `sub-function 1000 of ${device} pf 0 cannot be made (sf_range): the kernel refused it: EOPNOTSUPP`;
    expect(answerTo(1000)).toEqual({ ready: false, reason });
    provider.arrange?.(asking(1000));
    await turn();
    expect(answerTo(1000)).toEqual({ ready: false, reason });
    jest.advanceTimersByTime(1001);
    expect(answerTo(1000)).toMatchObject({ ready: false, arrange: true });
  });
});

describe("a sub-function outside the range", () => {
  test("is never made", async () => {
    await start();
    expect(answerTo(2000)).not.toHaveProperty("arrange");
    provider.arrange?.(asking(2000));
    await turn();
    expect(kernel.changes).toEqual([]);
  });

  test("is never deleted", async () => {
    kernel.setPort(existing(7));
    kernel.setLink(link(4007, "own7"));
    await start();
    provider.finish?.(asking(7), plugged("own7"));
    provider.finish?.(
      { ...asking(7), operation: "remove", interface: { name: "own7", type: "", options: new Map() } },
      null,
    );
    await turn();
    expect(kernel.changes).toEqual([]);
  });
});

test("without a range none is made", async () => {
  await start({});
  expect(answerTo(1000)).not.toHaveProperty("arrange");
});

test("one that changes hands is not deleted", async () => {
  kernel.setPort(existing(1000));
  kernel.setLink(link(5000, "own1000"));
  await start();
  provider.finish?.(asking(1000), plugged("own1000"));
  provider.finish?.(
    { ...asking(1000), operation: "remove", interface: { name: "own1000", type: "", options: new Map() } },
    null,
  );
  provider.finish?.({ ...asking(1000), lport: { name: "other", options: new Map() } }, plugged("own1000"));
  await turn();
  expect(kernel.changes).toEqual([]);
});

describe("what is left over from before", () => {
  beforeEach(() => {
    for (const sf of [7, 1000, 1001, 1002]) {
      kernel.setPort(existing(sf));
      kernel.setLink(link(4000 + sf, `own${sf}`));
    }
  });

  test("is deleted, but for what a port wants, what an interface stands on, and what is not of the range", async () => {
    await start();
    await tidy([asking(1000)], "own1001");
    expect(kernel.changes).toEqual([`delete ${device}/41002`]);
  });

  test("stays while a port may want it of a PF whose address is not known yet", async () => {
    kernel.setLink({ ...uplinkLink, address: null, permanentAddress: null });
    await start();
    await tidy([1000, 1001, 1002].map((sf) => asking(sf)));
    expect(kernel.changes).toEqual([]);
  });

  test("is looked for when the kernel's tables have been read, not before", async () => {
    const work = Promise.withResolvers<void>();
    kernel.busy = work.promise;
    await start();
    await tidy();
    expect(kernel.changes).toEqual([]);
    work.resolve();
    await turn();
    await tidy();
    expect(kernel.changes).toEqual([1000, 1001, 1002].map((sf) => `delete ${device}/${40_000 + sf}`));
  });
});

describe("a sub-function of the range", () => {
  const made = `add ${device} controller 0 pf 0 sf 1000`;
  const deleted = `delete ${device}/31000`;
  const oldDeleted = `delete ${device}/41000`;

  function thereIsAlready(...numbers: readonly number[]): void {
    for (const sf of numbers) {
      kernel.setPort(existing(sf));
      kernel.setLink(link(4000 + sf, `own${sf}`));
    }
  }

  async function startAndMake(): Promise<void> {
    await start();
    await tidy();
    provider.arrange?.(asking(1000));
    await turn();
  }

  test("whose port went while vifplugd did not run is deleted at the unplug", async () => {
    thereIsAlready(1000);
    await start();
    const removal = questionOf("lp1000", {}, { operation: "remove", inPlace: "own1000" });
    await tidy([removal], "own1000");
    await unplug(removal, "own1000");
    expect(kernel.changes).toEqual([oldDeleted]);
  });

  test("whose port was plugged before its device was known as its own is deleted at the unplug", async () => {
    thereIsAlready(1000);
    kernel.removePort(uplink);
    await start();
    provider.arrange?.({ ...asking(1000), interface: viewOf("own1000") });
    kernel.setPort(uplink);
    await unplug(asking(1000), "own1000");
    expect(kernel.changes).toEqual([oldDeleted]);
  });

  test("stays at the unplug of an interface that stood on it while it is another port's", async () => {
    thereIsAlready(1000, 1001);
    await start();
    await unplug(asking(1001), "own1000");
    expect(kernel.changes).toEqual([]);
  });

  test("stays at the unplug while another port has it in place", async () => {
    thereIsAlready(1000);
    await start();
    provider.finish?.(questionOf("other", {}), plugged("own1000"));
    await unplug(questionOf("gone", {}), "own1000");
    expect(kernel.changes).toEqual([]);
  });

  test.each([
    ["known", true],
    ["unknown", false],
  ])(
    "stays at the unplug of its %s port while another port waits for it, and goes with that one",
    async (_, isKnown) => {
      thereIsAlready(1000);
      await start();
      const other = { ...asking(1000), lport: { ...asking(1000).lport, name: "other" } };
      await tidy([asking(1000), other], "own1000");
      if (isKnown) provider.finish?.(asking(1000), plugged("own1000"));
      await turn();
      kernel.changes.length = 0;
      await unplug(asking(1000), "own1000");
      await tidy([other]);
      expect(kernel.changes).toEqual([]);
      await tidy();
      expect(kernel.changes).toEqual([oldDeleted]);
    },
  );

  test("that is not of the range stays at the unplug of a port that went", async () => {
    thereIsAlready(7);
    await start();
    await unplug(questionOf("lp7", {}), "own7");
    expect(kernel.changes).toEqual([]);
  });

  test("that was made for a port that no longer wants it is deleted", async () => {
    await startAndMake();
    await tidy([asking(1000)]);
    expect(kernel.changes).toEqual([made]);
    await tidy([asking(1001)]);
    expect(kernel.changes).toEqual([made, deleted]);
  });

  test("that was made is left alone once it is plugged, until its unplug", async () => {
    await startAndMake();
    provider.run?.();
    provider.finish?.(asking(1000), plugged("sf1000"));
    await turn();
    kernel.changes.length = 0;
    await tidy();
    expect(kernel.changes).toEqual([]);
    await unplug(asking(1000), "sf1000");
    expect(kernel.changes).toEqual([deleted]);
  });

  test("that was made is left alone while somebody else has plugged it", async () => {
    await startAndMake();
    await tidy([], "sf1000");
    expect(kernel.changes).toEqual([made]);
  });

  test("whose port goes while it is being made is deleted when it is complete, and not before", async () => {
    await start();
    await tidy();
    const work = Promise.withResolvers<void>();
    kernel.busy = work.promise;
    provider.arrange?.(asking(1000, { "hw-addr": "00:53:00:00:10:00" }));
    await tidy();
    work.resolve();
    await turn();
    expect(kernel.changes).toEqual([made, `address of ${device}/31000 00:53:00:00:10:00`]);
    await tidy();
    expect(kernel.changes.slice(2)).toEqual([deleted]);
  });

  test("whose address is still being set stays until it is set", async () => {
    await start();
    await tidy();
    provider.arrange?.(asking(1000, { "hw-addr": "00:53:00:00:10:00" }));
    const work = Promise.withResolvers<void>();
    kernel.busy = work.promise;
    await turn();
    kernel.busy = null;
    await tidy();
    expect(kernel.changes).toEqual([made]);
    work.resolve();
    await turn();
    await tidy();
    expect(kernel.changes).toEqual([made, `address of ${device}/31000 00:53:00:00:10:00`, deleted]);
  });

  test("that somebody else has made since the start stays: its port may be still to come", async () => {
    await startAndMake();
    thereIsAlready(1001);
    await tidy([asking(1000)]);
    await tidy();
    expect(kernel.changes).toEqual([made, deleted]);
    await tidy();
    expect(kernel.changes).toEqual([made, deleted]);
  });

  test("is deleted at once at the unplug of the only port that wanted it", async () => {
    thereIsAlready(1000);
    await start();
    provider.arrange?.({ ...asking(1000), interface: viewOf("own1000") });
    await tidy([asking(1000)], "own1000");
    await unplug(asking(1000), "own1000");
    expect(kernel.changes).toEqual([oldDeleted]);
  });

  test("stays in place when another interface of its port goes", async () => {
    thereIsAlready(1000, 1001);
    await start();
    provider.arrange?.({ ...asking(1000), interface: viewOf("own1000") });
    await tidy([asking(1000)], "own1000", "own1001");
    await unplug(asking(1000), "own1001");
    await tidy([asking(1000)], "own1000");
    expect(kernel.changes).toEqual([]);
  });

  test("that was unplugged while the kernel's tables were read anew is deleted when they are known", async () => {
    thereIsAlready(1000);
    await start();
    await tidy([asking(1000)], "own1000");
    kernel.overrun(() => {});
    provider.finish?.({ ...asking(1000), operation: "remove", interface: viewOf("own1000") }, null);
    await Promise.resolve();
    expect(kernel.changes).toEqual([]);
    await turn();
    await tidy();
    expect(kernel.changes).toEqual([oldDeleted]);
  });

  test("that has gone from the NIC unheard is not tried again", async () => {
    jest.useFakeTimers();
    thereIsAlready(1000);
    await start();
    await tidy([], "own1000");
    kernel.ports.delete(`${device}/41000`);
    await unplug(questionOf("lp1000", {}), "own1000");
    expect(jest.getTimerCount()).toBe(0);
  });

  test("that the kernel does not delete is tried again after ever longer times, and not after the end", async () => {
    jest.useFakeTimers();
    thereIsAlready(1000);
    await start();
    kernel.refusesDeletion = "the kernel refused it: EBUSY";
    await tidy();
    jest.advanceTimersByTime(1000);
    await tidy();
    kernel.refusesDeletion = null;
    jest.advanceTimersByTime(1999);
    await tidy();
    expect(kernel.changes).toEqual([]);
    jest.advanceTimersByTime(1);
    await tidy();
    expect(kernel.changes).toEqual([oldDeleted]);
    thereIsAlready(1001, 1002);
    kernel.refusesDeletion = "the kernel refused it: EBUSY";
    await unplug(questionOf("lp1001", {}), "own1001");
    expect(jest.getTimerCount()).toBe(1);
    provider.finish?.(
      { ...questionOf("lp1002", {}), operation: "remove", interface: viewOf("own1002") },
      null,
    );
    await Promise.resolve();
    provider.destroy?.();
    await turn();
    expect(jest.getTimerCount()).toBe(0);
  });

  test("that was made, went, and was made by somebody else, is that one's", async () => {
    await startAndMake();
    await tidy([asking(1000)]);
    const own = kernel.ports.get(`${device}/31000`);
    kernel.removeLink(4000);
    if (own !== undefined) kernel.removePort(own);
    await tidy([asking(1001)]);
    thereIsAlready(1000);
    await tidy([asking(1001)]);
    expect(kernel.changes).toEqual([made]);
  });

  test("is looked at only while the kernel's tables are known", async () => {
    await startAndMake();
    provider.run?.();
    kernel.overrun(() => {});
    provider.tidy?.({ asked: [], owned: new Set() });
    expect(kernel.changes).toEqual([made]);
    await turn();
    await tidy();
    expect(kernel.changes).toEqual([made, deleted]);
  });

  test("that the kernel does not delete is tried again later, unless somebody wants it by then", async () => {
    jest.useFakeTimers();
    thereIsAlready(1000);
    await start();
    await tidy([], "own1000");
    kernel.refusesDeletion = "the kernel refused it: EBUSY";
    await unplug(questionOf("lp1000", {}), "own1000");
    kernel.refusesDeletion = null;
    await tidy();
    expect(kernel.changes).toEqual([]);
    expect(answerTo(1000)).toEqual({ ready: true, interface: plugged("own1000") });
    jest.advanceTimersByTime(1001);
    await tidy([asking(1000)]);
    expect(kernel.changes).toEqual([]);
    await tidy();
    expect(kernel.changes).toEqual([oldDeleted]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("is nobody's while it is being deleted", async () => {
    await startAndMake();
    const work = Promise.withResolvers<void>();
    kernel.busy = work.promise;
    await tidy();
    expect(answerTo(1000)).toEqual({
      ready: false,
      reason: `sub-function ${device}/31000 is to be deleted and made anew (sf_range)`,
    });
    work.resolve();
    await turn();
    expect(answerTo(1000)).toMatchObject({ ready: false, arrange: true });
  });
});

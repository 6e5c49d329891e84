/** Sub-functions on demand: made when wanted and absent, deleted when unplugged, and only those of the range. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import type { PrepareAnswer, Provider } from "../../../src/providers/provider.ts";
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
import { questionOf, startProvider, turn } from "./support/start.ts";

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
    expect(provider.tidy?.({ asked: [asking(1000)], owned: new Set(["own1001"]) })).toBe(true);
    await turn();
    expect(kernel.changes).toEqual([`delete ${device}/41002`]);
  });

  test("stays while a port may want it of a PF whose address is not known yet", async () => {
    kernel.setLink({ ...uplinkLink, address: null, permanentAddress: null });
    await start();
    provider.tidy?.({ asked: [1000, 1001, 1002].map((sf) => asking(sf)), owned: new Set() });
    await turn();
    expect(kernel.changes).toEqual([]);
  });

  test("is looked for when the kernel's tables have been read, not before", async () => {
    const work = Promise.withResolvers<void>();
    kernel.busy = work.promise;
    await start();
    expect(provider.tidy?.({ asked: [], owned: new Set() })).toBe(false);
    work.resolve();
    await turn();
    expect(provider.tidy?.({ asked: [], owned: new Set() })).toBe(true);
    await turn();
    expect(kernel.changes).toEqual([1000, 1001, 1002].map((sf) => `delete ${device}/${40_000 + sf}`));
  });
});

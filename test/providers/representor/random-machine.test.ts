/** Whatever NICs a machine has, and whatever of them is away: a function's representor is its own or none. */
import { expect, test } from "bun:test";
import { checkListProperty, random } from "../../support/random.ts";
import { type Answered, askAll, askNic, machineFor, startOn } from "./support/ask-nic.ts";
import { type Item, randomItems, tableOf } from "./support/random-items.ts";

function faultIn(answers: readonly Answered[]): string | undefined {
  for (const { question, netdev, misplaced, reason } of answers) {
    const { what, representor } = question;
    if (netdev !== null && netdev !== representor) return `${what}: ${netdev}, not ${representor}`;
    if (misplaced !== null) return `${what}: ${representor} is said to be ${misplaced}`;
    if (netdev === null && !/\w/.test(reason ?? "")) return `${what}: without a reason`;
  }
  return undefined;
}

test("no port gets another function's representor, and no representor is said to be another function's", async () => {
  await checkListProperty({
    cases: 400,
    generate: randomItems,
    failure: async (items) => faultIn(await askNic(tableOf(items))),
  });
});

/** The NICs come, and what the kernel tells of them in two sockets is read in some order. */
async function faultWhileComing(items: readonly Item[]): Promise<string | undefined> {
  const table = tableOf(items);
  const machine = machineFor(table);
  const { netlink } = machine;
  for (const [device, nested] of Object.entries(table.nested)) netlink.setDevice(device, nested);
  const provider = await startOn(machine, table);
  const byDevice = new Map(table.ports.map((port) => [port.netdev?.ifindex, port]));
  const ports: (() => void)[] = [];
  const links = table.links.map((link) => {
    const port = byDevice.get(link.ifindex);
    if (port !== undefined) {
      ports.push(() => netlink.setPort({ ...port, netdev: null }));
      ports.push(() => netlink.setPort(port));
    }
    return () => netlink.setLink(link);
  });
  const { int, pick } = random(items.reduce((sum, item) => sum + ("seed" in item ? item.seed : 0), 0));
  try {
    while (ports.length + links.length > 0) {
      const socket = pick([ports, links].filter(({ length }) => length > 0));
      for (const tell of socket.splice(0, 1 + int(4))) tell();
      const left = `with ${ports.length} messages of ports and ${links.length} of devices unread`;
      const fault = faultIn(askAll(provider, table));
      if (fault !== undefined) return `${left}: ${fault}`;
    }
    return undefined;
  } finally {
    provider.destroy?.();
  }
}

test("nor while the NICs come, in whatever order the kernel's messages are read", async () => {
  await checkListProperty({
    cases: 100,
    generate: (random) => randomItems(random).filter((item) => "driver" in item),
    failure: faultWhileComing,
  });
});

test("of most functions that are there, the kernel tells enough", async () => {
  const count = { found: 0, waits: 0 };
  for (let seed = 1; seed <= 100; seed++) {
    const table = tableOf(randomItems(random(seed)));
    const there = new Set(table.links.map(({ name }) => name));
    for (const { question, netdev } of await askNic(table)) {
      if (question.representor === null || !there.has(question.representor)) continue;
      count[netdev === null ? "waits" : "found"]++;
    }
  }
  expect(count.found).toBeGreaterThan(3 * count.waits);
});

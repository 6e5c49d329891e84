/**
 * Random NICs of a machine, and random parts of them that are away, as a list that can be made shorter.
 *
 * Invariant: what is away is away as in a kernel: a network device in another namespace leaves its port, and functions go with
 * their ports.
 */
import { type Random, random } from "../../../support/random.ts";
import type { NicTable } from "./nic-table.ts";
import { DRIVERS } from "./random-drivers.ts";
import { RandomMachine } from "./random-machine.ts";

export type Item =
  | { readonly driver: string; readonly seed: number }
  /** A network device is in another namespace. */
  | { readonly away: number }
  /** All functions of a PF are gone. */
  | { readonly gone: number };

export function randomItems(random: Random): readonly Item[] {
  const nics = random.list(1 + random.int(2), () => ({
    driver: random.pick(Object.keys(DRIVERS)),
    seed: 1 + random.int(0xffff),
  }));
  const removals = random.list(random.int(4), () =>
    random.chance(0.7) ? { away: random.int(40) } : { gone: random.int(8) },
  );
  return [...nics, ...removals];
}

/** The machine's tables, with the questions that can be asked about its NICs. */
export function tableOf(items: readonly Item[]): NicTable {
  const machine = new RandomMachine();
  for (const item of items) if ("driver" in item) DRIVERS[item.driver]?.(machine, random(item.seed));
  const table = machine.table();
  let { ports, links } = table;
  for (const item of items) {
    const away = "away" in item ? links[item.away % links.length]?.ifindex : undefined;
    if (away !== undefined) {
      links = links.filter(({ ifindex }) => ifindex !== away);
      ports = ports.map((one) => (one.netdev?.ifindex === away ? { ...one, netdev: null } : one));
    }
    const pf = "gone" in item ? machine.pfs[item.gone % machine.pfs.length] : undefined;
    const gone = new Set(pf?.functions.map(({ representor }) => representor));
    ports = ports.filter(({ netdev }) => netdev === null || !gone.has(netdev.name));
    links = links.filter(({ name }) => !gone.has(name));
  }
  return { ...table, ports, links };
}

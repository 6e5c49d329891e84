/**
 * Counts events and their present rates, for `coverage/show`.
 *
 * Invariant: the cost of a count does not depend on earlier events, and nothing runs while no event comes. As in OVS, a rate is
 * over whole slots of time that have ended.
 */

/** The counted events, in the order of the output. */
export const EVENTS = [
  "graph_run",
  "ovs_snapshot",
  "ovs_update",
  "ovs_disconnect",
  "sb_snapshot",
  "sb_update",
  "sb_disconnect",
  "txn_sent",
  "txn_committed",
  "txn_failed",
  "port_retry",
  "port_misplaced",
  "provider_wake",
  "verify",
  "verify_difference",
  "config_reload",
  "unixctl_received",
  "provider_stray_error",
  "internal_error",
] as const;

/** Calls of providers are counted for each type: `prepare_dummy`. */
export type CountedEvent =
  | (typeof EVENTS)[number]
  | `${"prepare" | "arrange" | "finish" | "release"}_${string}`;

const SLOT_MS = 5000;
const SLOTS_A_MINUTE = 60_000 / SLOT_MS;
const MINUTES_AN_HOUR = 60;

interface Rates {
  readonly lastSlot: number;
  readonly lastMinute: number;
  readonly lastHour: number;
}

/** Counts in a ring of equal slots of time. A slot without a count is set to zero when time reaches it. */
class Ring {
  readonly #slotMs: number;
  readonly #slots: number[];
  #at = 0;

  constructor(slotMs: number, length: number) {
    this.#slotMs = slotMs;
    // One slot more: the slot that has not ended yet.
    this.#slots = new Array<number>(length + 1).fill(0);
  }

  add(now: number): void {
    this.#advance(now);
    const index = this.#at % this.#slots.length;
    this.#slots[index] = (this.#slots[index] ?? 0) + 1;
  }

  /** The sum of the last `slots` slots that have ended. */
  sum(now: number, slots: number): number {
    this.#advance(now);
    let sum = 0;
    for (let back = 1; back <= slots; back++) {
      sum += this.#slots[(this.#at - back + this.#slots.length * 2) % this.#slots.length] ?? 0;
    }
    return sum;
  }

  #advance(now: number): void {
    const target = Math.floor(now / this.#slotMs);
    const steps = Math.min(target - this.#at, this.#slots.length);
    for (let step = 0; step < steps; step++) this.#slots[(target - step) % this.#slots.length] = 0;
    this.#at = Math.max(this.#at, target);
  }
}

class Counter {
  total = 0;
  readonly #seconds = new Ring(SLOT_MS, SLOTS_A_MINUTE);
  readonly #minutes = new Ring(60_000, MINUTES_AN_HOUR);

  add(now: number): void {
    this.total++;
    this.#seconds.add(now);
    this.#minutes.add(now);
  }

  rates(now: number): Rates {
    return {
      lastSlot: (this.#seconds.sum(now, 1) * 1000) / SLOT_MS,
      lastMinute: this.#seconds.sum(now, SLOTS_A_MINUTE) / 60,
      lastHour: this.#minutes.sum(now, MINUTES_AN_HOUR) / 3600,
    };
  }
}

export class Coverage {
  readonly #now: () => number;
  readonly #counters = new Map<string, Counter>(EVENTS.map((event) => [event, new Counter()]));

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  count(event: CountedEvent): void {
    let counter = this.#counters.get(event);
    if (counter === undefined) {
      counter = new Counter();
      this.#counters.set(event, counter);
    }
    counter.add(this.#now());
  }

  /** The number of times that an event has come since the start. */
  total(event: CountedEvent): number {
    return this.#counters.get(event)?.total ?? 0;
  }

  /** The number of times that each event has come since the start. */
  totals(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#counters, ([event, { total }]) => [event, total]));
  }

  /** The counts in OVS's format, without the hash of the event names. */
  show(): string {
    const now = this.#now();
    const hit = [...this.#counters].filter(([, { total }]) => total > 0);
    const lines = hit.map(([event, counter]) => {
      const { lastSlot, lastMinute, lastHour } = counter.rates(now);
      const rates = [
        lastSlot.toFixed(1).padStart(5),
        lastMinute.toFixed(3).padStart(9),
        lastHour.toFixed(4).padStart(13),
      ];
      return `${event.padEnd(24)} ${rates.map((rate) => `${rate}/sec`).join(" ")}   total: ${counter.total}\n`;
    });
    const never = this.#counters.size - hit.length;
    return [
      "Event coverage, avg rate over last: 5 seconds, last minute, last hour:\n",
      ...lines,
      `${never} events never hit\n`,
    ].join("");
  }
}

/**
 * Virtual time: one queue of events for everything that happens. What an event starts as microtasks has run dry before the
 * next one comes, so one seed is one history.
 */
import { drainMicrotasks } from "bun:jsc";

export interface Event {
  /** Milliseconds of virtual time. */
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  canceled: boolean;
}

/** The shortest time, in milliseconds. */
const TICK = 0.001;

export class Scheduler {
  #now = 0;
  #order = 0;
  #done = 0;
  readonly #heap: Event[] = [];

  /** Milliseconds since the history began. */
  get now(): number {
    return this.#now;
  }

  /** How many events have happened. */
  get done(): number {
    return this.#done;
  }

  /** What is to come later comes later: what is left of a time, rounded, is nothing to add to a large number. */
  after(milliseconds: number, run: () => void): Event {
    return this.at(this.#now + (milliseconds > 0 ? Math.max(milliseconds, TICK) : 0), run);
  }

  /** At this time, after whatever else comes then already: what has to keep its order says when, not how long. */
  at(time: number, run: () => void): Event {
    const event: Event = { at: Math.max(time, this.#now), order: this.#order++, run, canceled: false };
    this.#push(event);
    return event;
  }

  /** When the next event comes; null: never. */
  get next(): number | null {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.canceled) return first.at;
      this.#pop();
    }
    return null;
  }

  /** Lets the next event happen; false when there is none before `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    const { next } = this;
    if (next === null || next > until) {
      if (Number.isFinite(until)) this.#now = Math.max(this.#now, until);
      return false;
    }
    const event = this.#pop();
    if (event === undefined) return false;
    this.#now = event.at;
    this.#done++;
    event.run();
    drainMicrotasks();
    return true;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = heap[parent];
      if (other === undefined || !isBefore(event, other)) break;
      heap[at] = other;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      const right = heap[child + 1];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child++;
      const smaller = heap[child];
      if (smaller === undefined || !isBefore(smaller, last)) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * A process: what it has of time, chance and connections goes with it when it dies, in the middle of whatever it does.
 */
import type { Environment, Stream, StreamEvents } from "ovsdb-jsonrpc";
import type { Random } from "../../support/random.ts";
import type { Client, Connection, Knowledge, Network } from "./network.ts";
import type { Event, Scheduler } from "./scheduler.ts";
import { Standstill } from "./standstill.ts";

/** Where every history begins, in milliseconds since the epoch. */
export const BEGINNING = Date.UTC(2026, 0, 1);

export class Process implements Client {
  readonly environment: Environment;
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #random: Random;
  readonly #timers = new Set<Event>();
  readonly #connections = new Set<Connection>();
  #shown: { readonly server: string; readonly commits: number } | null = null;
  /** Whether the Southbound is in sync. */
  isSynced: () => boolean = () => false;
  #alive = true;
  readonly #standstill: Standstill;

  constructor(name: string, scheduler: Scheduler, network: Network, random: Random) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#network = network;
    this.#random = random;
    this.#standstill = new Standstill(scheduler);
    this.environment = {
      now: () => this.now(),
      elapsed: () => this.elapsed(),
      timer: (milliseconds, call) => this.timer(milliseconds, call),
      turn: (call) => void this.timer(0, call),
      soon: (call) => queueMicrotask(call),
      random: () => this.random(),
      connect: (remote, _tls, events) => this.#connect(remote.name, events),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Timers that have not come, and connections that are not closed. */
  get leftOver(): { readonly timers: number; readonly connections: number } {
    return { timers: this.#timers.size, connections: this.#connections.size };
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return BEGINNING + Math.floor(this.#scheduler.now);
  }

  /** Milliseconds, monotonic. */
  elapsed(): number {
    return this.#scheduler.now;
  }

  /** From 0 to 1. */
  random(): number {
    return this.#random.int(2 ** 30) / 2 ** 30;
  }

  /** Calls once, unless it is canceled or the process dies before. */
  timer(milliseconds: number, call: () => void): () => void {
    const event = this.#scheduler.after(milliseconds, () =>
      // It may be canceled while the process stands still.
      this.enter(() => {
        if (this.#timers.delete(event)) call();
      }),
    );
    this.#timers.add(event);
    return () => {
      event.canceled = true;
      this.#timers.delete(event);
    };
  }

  #connect(address: string, events: StreamEvents): Stream {
    const connection = this.#network.connect(this, address);
    this.#connections.add(connection);
    connection.receiver = {
      open: () => events.onOpen(),
      data: (chunk) => events.onData(chunk),
      closed: (message, code) => events.onEnd({ code, message }),
    };
    return {
      write: (text) => connection.write(text),
      unsent: 0,
      close: () => connection.close(),
    };
  }

  know(): Knowledge | null {
    return this.#shown === null ? null : { ...this.#shown, isSynced: this.isSynced() };
  }

  shown(server: string, commits: number): void {
    this.#shown = { server, commits };
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** Runs code of the process, if it lives; what came while it stood still comes in the same order when it goes on. */
  enter(run: () => void): void {
    if (!this.#alive) return;
    this.#standstill.enter(() => {
      if (this.#alive) run();
    });
  }

  /** As by SIGSTOP, and SIGCONT after so many milliseconds. */
  halt(milliseconds: number): void {
    this.#standstill.begin(milliseconds);
  }

  /** As by SIGKILL: not one more instruction. */
  kill(): void {
    this.#alive = false;
    for (const timer of this.#timers) timer.canceled = true;
    this.#timers.clear();
    for (const connection of [...this.#connections]) connection.cut();
    this.#connections.clear();
  }
}

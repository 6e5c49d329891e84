/**
 * The network: messages take their time, keep their order on one connection and on no other, and are lost when it is cut,
 * in the middle of one if it has to be. An end notices a cut when it does.
 */
import type { Json, JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Random } from "../../support/random.ts";
import type { Scheduler } from "./scheduler.ts";

/** How much of a server's content a process has been shown: so many of its commits. */
export interface Knowledge {
  readonly server: string;
  readonly commits: number;
  /** It knows that it is in sync with that. */
  readonly isSynced: boolean;
}

/** Whose connections these are. */
export interface Client {
  readonly name: string;
  /** Of the Southbound, now; for the checks. */
  know(): Knowledge | null;
  /** A server's message has arrived, made after so many commits. */
  shown(server: string, commits: number): void;
  /** Runs code of its own, if it lives and when it does not stand still. */
  enter(run: () => void): void;
  /** The connection is no more. */
  forget(connection: Connection): void;
}

/** The server's end of a connection. */
export interface Accepted {
  /** @param known what the client's process knew when it sent this */
  receive(message: Json, known: Knowledge | null): void;
  closed(): void;
}

export interface Listener {
  readonly name: string;
  /** Answers null where nobody listens. */
  accept(connection: Connection): Accepted | null;
}

/** What the client's end is told. */
export interface Receiver {
  open(): void;
  data(chunk: Uint8Array): void;
  closed(why: string, code: "disconnected" | "no server"): void;
}

/** Milliseconds. */
export interface Weather {
  /** A message takes at least this, and mostly not much more. */
  latency: number;
  /** One message of so many is late, by up to `late`. */
  lateOf: number;
  late: number;
}

export class Network {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly #listeners = new Map<string, Listener>();
  readonly connections = new Set<Connection>();
  readonly weather: Weather = { latency: 0.2, lateOf: 30, late: 50 };
  /** Told of every message that a client sends, for the checks. */
  onSend: ((connection: Connection, message: Json, known: Knowledge | null) => void) | null = null;
  /** Told of every message, for the story. */
  onMessage: ((from: string, to: string, text: () => string) => void) | null = null;

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler;
    this.random = random;
  }

  listen(address: string, listener: Listener | null): void {
    if (listener === null) this.#listeners.delete(address);
    else this.#listeners.set(address, listener);
  }

  listener(address: string): Listener | undefined {
    return this.#listeners.get(address);
  }

  connect(client: Client, address: string): Connection {
    const connection = new Connection(this, client, address);
    this.connections.add(connection);
    return connection;
  }

  delay(): number {
    const { latency, lateOf, late } = this.weather;
    const usual = latency * (0.5 + this.random.int(1000) / 1000);
    return this.random.int(lateOf) === 0 ? usual + this.random.int(Math.ceil(late)) : usual;
  }
}

export class Connection {
  readonly address: string;
  readonly client: Client;
  readonly #network: Network;
  #receiver: Receiver | null = null;
  #accepted: Accepted | null = null;
  #serverName = "";
  /** When the last message of each direction arrives. */
  #toServerAt = 0;
  #toClientAt = 0;
  #phase: "connecting" | "open" | "cut" | "closed" = "connecting";

  constructor(network: Network, client: Client, address: string) {
    this.#network = network;
    this.client = client;
    this.address = address;
    network.scheduler.after(network.delay(), () => this.#arrive());
  }

  set receiver(receiver: Receiver) {
    this.#receiver = receiver;
  }

  get isOpen(): boolean {
    return this.#phase === "open";
  }

  #arrive(): void {
    if (this.#phase !== "connecting") return;
    const listener = this.#network.listener(this.address);
    const accepted = listener?.accept(this) ?? null;
    if (listener === undefined || accepted === null) {
      this.#phase = "cut";
      this.#tellClient("connection refused", "no server");
      return;
    }
    this.#serverName = listener.name;
    this.#accepted = accepted;
    this.#phase = "open";
    this.#toClientAt = this.#network.scheduler.now;
    this.#deliver(this.#network.delay(), () => this.#receiver?.open());
  }

  /** From the client; JSON texts, one after the other. */
  write(text: string): void {
    // What is written to a connection that has been cut is lost, and whoever writes does not know that.
    const knowledge = this.client.know();
    for (const message of messagesIn(text)) {
      const { scheduler } = this.#network;
      this.#toServerAt = Math.max(this.#toServerAt, scheduler.now + this.#network.delay());
      const { onMessage } = this.#network;
      onMessage?.(this.client.name, this.#serverName, () => JSON.stringify(message));
      this.#network.onSend?.(this, message, knowledge);
      if (this.#phase !== "open") continue;
      scheduler.at(this.#toServerAt, () => {
        if (this.#phase === "open") this.#accepted?.receive(message, knowledge);
      });
    }
  }

  /** To the client. `arrived` is called when it is there. */
  send(message: JsonObject, arrived: (() => void) | null = null): void {
    if (this.#phase !== "open") return;
    const { onMessage, random } = this.#network;
    const text = JSON.stringify(message);
    onMessage?.(this.#serverName, this.client.name, () => text);
    const bytes = ENCODER.encode(text);
    if (random.int(50) === 0 && bytes.length > 1) {
      const at = 1 + random.int(bytes.length - 1);
      this.#deliver(this.#network.delay(), () => this.#receiver?.data(bytes.subarray(0, at)));
      this.#deliver(this.#network.delay(), () => {
        arrived?.();
        this.#receiver?.data(bytes.subarray(at));
      });
      return;
    }
    this.#deliver(this.#network.delay(), () => {
      arrived?.();
      this.#receiver?.data(bytes);
    });
  }

  #deliver(delay: number, run: () => void): void {
    const { scheduler } = this.#network;
    this.#toClientAt = Math.max(this.#toClientAt, scheduler.now + delay);
    scheduler.at(this.#toClientAt, () => {
      if (this.#phase === "open") this.client.enter(run);
    });
  }

  /** What is on its way is lost; both ends notice that, each in its own time. */
  cut(): void {
    if (this.#phase === "closed" || this.#phase === "cut") return;
    this.#phase = "cut";
    const { scheduler } = this.#network;
    scheduler.after(this.#network.delay(), () => this.#serverNotices());
    this.#tellClient("the connection was reset");
  }

  /** What is on its way is lost, and nobody is told: as a cable that is pulled, until the server gives the client up. */
  silence(forMs: number): void {
    if (this.#phase !== "open") return;
    this.#toClientAt = Math.max(this.#toClientAt, this.#network.scheduler.now + forMs);
    this.#toServerAt = Math.max(this.#toServerAt, this.#network.scheduler.now + forMs);
  }

  /** The client's `destroy`. */
  close(): void {
    if (this.#phase === "closed") return;
    const wasOpen = this.#phase === "open";
    this.#phase = "closed";
    this.client.forget(this);
    this.#network.connections.delete(this);
    if (wasOpen) this.#network.scheduler.after(this.#network.delay(), () => this.#serverNotices());
  }

  #serverNotices(): void {
    const accepted = this.#accepted;
    this.#accepted = null;
    accepted?.closed();
  }

  #tellClient(why: string, code: "disconnected" | "no server" = "disconnected"): void {
    this.#network.scheduler.after(this.#network.delay(), () => {
      if (this.#phase !== "cut") return;
      this.#phase = "closed";
      this.client.forget(this);
      this.#network.connections.delete(this);
      this.client.enter(() => this.#receiver?.closed(why, code));
    });
  }
}

const ENCODER = new TextEncoder();

/** Texts that follow each other without anything between them, as the client writes them. */
function messagesIn(text: string): readonly Json[] {
  try {
    return [JSON.parse(text)];
  } catch {
    const messages: Json[] = [];
    let depth = 0;
    let start = 0;
    let inString = false;
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if (inString) {
        if (char === "\\") at++;
        else if (char === '"') inString = false;
      } else if (char === '"') inString = true;
      else if (char === "{" || char === "[") depth++;
      else if (char === "}" || char === "]") {
        depth--;
        if (depth > 0) continue;
        messages.push(JSON.parse(text.slice(start, at + 1)));
        start = at + 1;
      }
    }
    return messages;
  }
}

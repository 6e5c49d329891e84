/**
 * The network: messages take their time, keep their order on one connection and on no other, and are lost when it is cut,
 * in the middle of one if it has to be. An end notices a cut when it does.
 */
import type { Json, JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Random } from "../../support/random.ts";
import { messagesIn } from "./messages.ts";
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
  /** How often a client does not read at once what has arrived; null: each message is read by itself. */
  readonly #reading: Random | null;
  /** Told of every message that a client sends, for the checks. */
  onSend: ((connection: Connection, message: Json, known: Knowledge | null) => void) | null = null;
  /** Told of every message, for the story. */
  onMessage: ((from: string, to: string, text: () => string) => void) | null = null;

  constructor(scheduler: Scheduler, random: Random, reading: Random | null) {
    this.scheduler = scheduler;
    this.random = random;
    this.#reading = reading;
  }

  /** For how long what arrives waits to be read, in milliseconds; null: each message is read by itself. */
  unreadFor(): number | null {
    const random = this.#reading;
    if (random === null) return null;
    return random.int(8) === 0 ? random.int(random.pick([10, 300])) / 10 : 0;
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

/** A part of what the server sends. */
interface Piece {
  readonly bytes: Uint8Array;
  /** To be called when it is read. */
  readonly arrived: (() => void) | null;
  /** It ends a reply. */
  readonly isReply: boolean;
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
  /** What has arrived at the client, which reads all of it at once. */
  readonly #unread: Piece[] = [];
  #isOver = false;

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
    const isReply = message.method === undefined;
    if (random.int(50) === 0 && bytes.length > 1) {
      const at = 1 + random.int(bytes.length - 1);
      this.#carry({ bytes: bytes.subarray(0, at), arrived: null, isReply: false });
      this.#carry({ bytes: bytes.subarray(at), arrived, isReply });
    } else this.#carry({ bytes, arrived, isReply });
  }

  #carry(piece: Piece): void {
    const delay = this.#network.delay();
    const unreadFor = this.#network.unreadFor();
    if (unreadFor === null) {
      this.#deliver(delay, () => {
        piece.arrived?.();
        this.#receiver?.data(piece.bytes);
      });
      return;
    }
    const { scheduler } = this.#network;
    this.#toClientAt = Math.max(this.#toClientAt, scheduler.now + delay);
    scheduler.at(this.#toClientAt, () => {
      if (this.#phase !== "open") return;
      this.#unread.push(piece);
      if (this.#unread.length > 1) return;
      if (unreadFor === 0) this.client.enter(() => this.#read());
      else this.#readLater(unreadFor);
    });
  }

  /** What follows a reply is read when whoever waited for the reply has been told, and has done what follows from that. */
  #read(): void {
    if (this.#isOver || this.#unread.length === 0) return;
    const reply = this.#unread.findIndex(({ isReply }) => isReply);
    const pieces = this.#unread.splice(0, reply === -1 ? this.#unread.length : reply + 1);
    if (this.#unread.length > 0) this.#readLater(0);
    for (const { arrived } of pieces) arrived?.();
    this.#receiver?.data(Buffer.concat(pieces.map(({ bytes }) => bytes)));
  }

  #readLater(milliseconds: number): void {
    this.#network.scheduler.after(milliseconds, () => this.client.enter(() => this.#read()));
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

  /** What the client sends takes so much longer for a while, and what it is told does not. */
  lag(milliseconds: number): void {
    this.#toServerAt = Math.max(this.#toServerAt, this.#network.scheduler.now + milliseconds);
  }

  /** The client's `destroy`. */
  close(): void {
    this.#isOver = true;
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

  /** What had arrived before is read before. */
  #end(why: string, code: "disconnected" | "no server"): void {
    if (this.#unread.length > 0 && !this.#isOver) {
      this.#read();
      this.#network.scheduler.after(0, () => this.client.enter(() => this.#end(why, code)));
      return;
    }
    this.#isOver = true;
    this.#receiver?.closed(why, code);
  }

  #tellClient(why: string, code: "disconnected" | "no server" = "disconnected"): void {
    this.#network.scheduler.after(this.#network.delay(), () => {
      if (this.#phase !== "cut") return;
      this.#phase = "closed";
      this.client.forget(this);
      this.#network.connections.delete(this);
      this.client.enter(() => this.#end(why, code));
    });
  }
}

const ENCODER = new TextEncoder();

/**
 * A listener for unknown clients: any local user may connect, any number of times.
 *
 * Invariants:
 * - The requests of a client are answered one at a time, in their order. The next request is not parsed before the last answer has
 *   left the process, and nothing is read from the client meanwhile.
 * - One turn of the event loop makes one answer, so that the other work of the process comes in between.
 * - A client that left causes no work.
 * - At most `capacity` clients are kept. The client that was silent for longest makes room first, then a client that has just had
 *   an answer, then a client that does not read; never a client whose answer is on its way. For a moment there may be twice as
 *   many clients.
 */
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";

/** The protocol with one client: turns bytes into requests. */
export interface Conversation<Request> {
  /** Takes bytes. @returns the reason to cut the client off; null: none */
  push(chunk: Uint8Array): string | null;
  /** Takes the next complete request; null: none is complete. */
  take(): Request | null;
}

export interface Reply {
  /** The pieces of the answer, each taken when there is room. Pieces that several answers share are not copied. */
  readonly content: Iterable<string | Uint8Array>;
  /**
   * A stream after the content: it is called when the content has been sent, and writes until the client leaves or is cut off;
   * then the function that it returned is called. Meanwhile the client counts as idle, and its bytes are ignored.
   */
  readonly stream?: ((outlet: Outlet) => () => void) | undefined;
  /** True: the connection ends after this answer. */
  readonly isLast?: boolean;
  /** Called when the answer has been sent, or cannot be sent. */
  readonly afterwards?: (() => void) | undefined;
}

/** The destination of a stream. */
export interface Outlet {
  write(piece: string | Uint8Array): void;
  /** The bytes that were written and have not left the process. */
  readonly unsent: number;
}

/** The known facts about a client. */
export interface Peer {
  /** True: the client is on this host, and uses a loopback address or a unix socket. */
  readonly isLoopback: boolean;
}

export interface ListenerOptions<Request> {
  readonly capacity: number;
  readonly converse: () => Conversation<Request>;
  /** Answers a request; null: the client is cut off. */
  readonly answer: (request: Request, peer: Peer) => Reply | null | Promise<Reply | null>;
  /** Called when text was written to a client. @param length in bytes or UTF-16 code units */
  readonly onWritten?: ((length: number) => void) | undefined;
  /** Called when a client is cut off. */
  readonly onDrop: (why: string) => void;
  /** Called when the listener fails after it has begun to listen. */
  readonly onError: (error: Error) => void;
}

/** The time after which an unread answer counts as stalled, in milliseconds. */
const STALLED_MS = 1000;
/** The limit on bytes of an answer in the system's buffer; a single piece may be larger. */
const UNSENT_BYTES = 64 << 10;
/** The time for a new client to send its request before it makes room, in milliseconds. */
const GRACE_MS = 250;

interface Client<Request> {
  readonly socket: Socket;
  readonly conversation: Conversation<Request>;
  readonly peer: Peer;
  /** The last time the client sent something, in monotonic milliseconds. */
  heardAt: number;
  /** The start of the present answer; null: the client is idle, or waits for its turn. */
  answeredSince: number | null;
  waits: boolean;
  /** Ends the stream; null: there is none. */
  endStream: (() => void) | null;
}

export class ClientListener<Request> {
  readonly #options: ListenerOptions<Request>;
  /** All clients; the client that was silent for longest comes first. */
  readonly #clients = new Set<Client<Request>>();
  /** The clients with a complete request, in the order of their turns. */
  readonly #waiting = new Set<Client<Request>>();
  #server: Server | null = null;
  #isUnix = false;
  #isTurnScheduled = false;
  #trimming: ReturnType<typeof setTimeout> | null = null;

  constructor(options: ListenerOptions<Request>) {
    this.#options = options;
  }

  /** The number of connected clients. */
  get clients(): number {
    return this.#clients.size;
  }

  /**
   * Listens. Settles when connections are accepted, with the port of a TCP address; rejects when the address cannot be taken. A
   * second call moves the listener to the new address; connected clients stay.
   */
  async listen(where: ListenOptions): Promise<number | null> {
    this.#server?.close();
    // A client that has ended its side may still wait for answers.
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server = server;
    this.#isUnix = where.path !== undefined;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(where, resolve);
    });
    server.on("error", this.#options.onError);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : null;
  }

  /** Accepts no more connections, and ends each connection when its answers have been sent. */
  close(): void {
    this.#server?.close();
    this.#server = null;
    if (this.#trimming !== null) clearTimeout(this.#trimming);
    this.#trimming = null;
    this.#waiting.clear();
    for (const { socket, endStream } of this.#clients) {
      endStream?.();
      socket.destroySoon();
    }
  }

  #accept(socket: Socket): void {
    const client: Client<Request> = {
      socket,
      conversation: this.#options.converse(),
      peer: { isLoopback: this.#isUnix || isLoopback(socket.remoteAddress) },
      heardAt: performance.now(),
      answeredSince: null,
      waits: false,
      endStream: null,
    };
    this.#clients.add(client);
    socket.on("close", () => this.#forget(client));
    // A client that leaves without a request is not logged.
    socket.on("error", () => this.#forget(client));
    socket.on("end", () => {
      if (!client.waits && client.answeredSince === null) socket.end();
    });
    socket.on("data", (chunk: Uint8Array) => this.#read(client, chunk));
    if (this.#clients.size > this.#options.capacity) this.#makeRoom();
  }

  #read(client: Client<Request>, chunk: Uint8Array): void {
    this.#clients.delete(client);
    this.#clients.add(client);
    client.heardAt = performance.now();
    if (client.endStream !== null) return;
    const fault = client.conversation.push(chunk);
    if (fault !== null) this.#drop(client, fault);
    else if (!client.waits && client.answeredSince === null) this.#queue(client);
  }

  /** Queues the client for a turn; its next request is taken then. */
  #queue(client: Client<Request>): void {
    client.waits = true;
    client.socket.pause();
    this.#waiting.add(client);
    this.#scheduleTurn();
  }

  #scheduleTurn(): void {
    if (this.#isTurnScheduled || this.#waiting.size === 0) return;
    this.#isTurnScheduled = true;
    setImmediate(() => {
      this.#isTurnScheduled = false;
      this.#turn();
      this.#scheduleTurn();
    });
  }

  #turn(): void {
    const [client] = this.#waiting;
    if (client === undefined) return;
    this.#waiting.delete(client);
    client.waits = false;
    if (client.socket.destroyed) return;
    const request = client.conversation.take();
    if (request === null) this.#listenTo(client);
    else void this.#answer(client, request);
  }

  #listenTo(client: Client<Request>): void {
    if (client.socket.readableEnded) client.socket.end();
    else client.socket.resume();
  }

  async #answer(client: Client<Request>, request: Request): Promise<void> {
    const { socket } = client;
    client.answeredSince = performance.now();
    const reply = await this.#options.answer(request, client.peer);
    if (reply === null) {
      this.#drop(client, "a message that is no request");
      return;
    }
    const sent = () => {
      client.answeredSince = null;
      reply.afterwards?.();
      if (socket.destroyed) return;
      this.#trim(this.#options.capacity, GRACE_MS);
      const isTooMany = this.#clients.size > this.#options.capacity;
      if (reply.stream !== undefined) return this.#stream(client, reply.stream);
      if (reply.isLast === true || isTooMany) this.#release(client);
      else this.#queue(client);
    };
    this.#send(socket, reply.content[Symbol.iterator](), sent);
  }

  /** Writes the pieces in turn, as the client reads. @param sent called when the last piece has left, or cannot leave */
  #send(socket: Socket, pieces: Iterator<string | Uint8Array>, sent: () => void): void {
    for (let next = pieces.next(); next.done !== true && !socket.destroyed; ) {
      const piece = next.value;
      if (socket.writableLength + piece.length > UNSENT_BYTES) {
        this.#write(socket, piece, () => this.#send(socket, pieces, sent));
        return;
      }
      next = pieces.next();
      if (next.done !== true) this.#write(socket, piece);
      else {
        this.#write(socket, piece, sent);
        return;
      }
    }
    sent();
  }

  #write(socket: Socket, piece: string | Uint8Array, written?: () => void): void {
    socket.write(piece, written);
    this.#options.onWritten?.(piece.length);
  }

  #stream(client: Client<Request>, begin: (outlet: Outlet) => () => void): void {
    const { socket } = client;
    client.endStream = begin({
      write: (piece) => this.#write(socket, piece),
      get unsent() {
        return socket.writableLength;
      },
    });
    this.#listenTo(client);
  }

  /** Forgets a client after its last answer; its further bytes are ignored. */
  #release(client: Client<Request>): void {
    this.#forget(client);
    // Closes when the answer has been sent, without waiting for the client to close its side.
    client.socket.destroySoon();
  }

  #makeRoom(): void {
    const { capacity } = this.#options;
    if (this.#clients.size > 2 * capacity) this.#trim(2 * capacity, 0);
    if (this.#trimming !== null) return;
    this.#trimming = setTimeout(() => {
      this.#trimming = null;
      this.#trim(capacity, GRACE_MS);
      // The other clients are being answered, or have just come.
      if (this.#clients.size > capacity) this.#makeRoom();
    }, GRACE_MS);
    this.#trimming.unref();
  }

  /** Cuts off surplus clients that were silent for `silentMs`, or do not read. */
  #trim(capacity: number, silentMs: number): void {
    const surplus = this.#clients.size - capacity;
    if (surplus <= 0) return;
    const now = performance.now();
    const idle: Client<Request>[] = [];
    const stalled: Client<Request>[] = [];
    for (const client of this.#clients) {
      const { answeredSince, waits, heardAt } = client;
      if (answeredSince !== null && now - answeredSince > STALLED_MS) stalled.push(client);
      else if (answeredSince === null && !waits && now - heardAt >= silentMs) idle.push(client);
      // When a thousand clients come at once, this loop runs for each of them.
      if (idle.length === surplus) break;
    }
    for (const client of [...idle, ...stalled].slice(0, surplus)) {
      this.#drop(client, `more than ${this.#options.capacity} clients, and it has been silent for longest`);
    }
  }

  #drop(client: Client<Request>, why: string): void {
    if (!this.#clients.has(client)) return;
    this.#forget(client);
    client.socket.destroy();
    this.#options.onDrop(why);
  }

  #forget(client: Client<Request>): void {
    this.#clients.delete(client);
    this.#waiting.delete(client);
    client.endStream?.();
    client.endStream = null;
  }
}

/** @param address undefined: the client has left already */
function isLoopback(address: string | undefined): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address ?? "");
}

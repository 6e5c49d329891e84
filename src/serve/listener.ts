/**
 * A listener for clients that nobody knows: any local user may be one, and any number of them.
 *
 * Invariants:
 * - A client's requests are answered one at a time, in their order; the next is not looked at until the answer before
 *   has left the process. Meanwhile nothing is read from it.
 * - One answer is made in one turn of the event loop, whoever asks: what else the process has to do comes in between.
 * - A client that left gets no work.
 * - At most `capacity` clients are kept. Who has been silent for longest makes room, then who has just had an answer, and
 *   who does not read one; never a client whose answer is on its way. For the moment that this takes, as many again may
 *   be there.
 */
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";

/** What is said with one client, in one protocol: bytes to requests. */
export interface Conversation<Request> {
  /** @returns why the client is cut off; null: it goes on */
  push(chunk: Uint8Array): string | null;
  /** The next complete request, which is given once; null: none is complete. */
  take(): Request | null;
}

export interface Reply {
  /** In this order, each asked for when there is room for it. Pieces that many answers share are not copied. */
  readonly content: Iterable<string | Uint8Array>;
  /**
   * The answer goes on: begun when the content has been sent, it writes until the client leaves or is cut off, and what
   * it returns is called then. Meanwhile the client counts as idle, and its words are not heard.
   */
  readonly stream?: ((outlet: Outlet) => () => void) | undefined;
  /** The connection ends when this has been sent. */
  readonly isLast?: boolean;
  /** To be done when it has been sent, or cannot be. */
  readonly afterwards?: (() => void) | undefined;
}

/** Where a stream writes to. */
export interface Outlet {
  write(piece: string | Uint8Array): void;
  /** Bytes that were written and have not left the process. */
  readonly unsent: number;
}

/** What is known of a client besides its words. */
export interface Peer {
  /** On this host, through a TCP connection to a loopback address or a unix socket. */
  readonly isLoopback: boolean;
}

export interface ListenerOptions<Request> {
  readonly capacity: number;
  readonly converse: () => Conversation<Request>;
  /** Null: the client is cut off. */
  readonly answer: (request: Request, peer: Peer) => Reply | null | Promise<Reply | null>;
  /** So many bytes, or UTF-16 code units, have been written to a client. */
  readonly onWritten?: ((length: number) => void) | undefined;
  /** A client was cut off. */
  readonly onDrop: (why: string) => void;
  /** The listener itself failed after it had begun to listen. */
  readonly onError: (error: Error) => void;
}

/** Milliseconds after which an answer that is not read counts as one that nobody reads. */
const STALLED_MS = 1000;
/** Bytes of an answer that are with the system at once, unless they are one piece. */
const UNSENT_BYTES = 64 << 10;
/** Milliseconds that a client has to say what it came for, where there is another way to make room. */
const GRACE_MS = 250;

interface Client<Request> {
  readonly socket: Socket;
  readonly conversation: Conversation<Request>;
  readonly peer: Peer;
  /** Milliseconds, monotonic. */
  heardAt: number;
  /** Since when it has been answered; null: it is idle, or waits for its turn. */
  answeredSince: number | null;
  waits: boolean;
  /** Ends its stream; null: none is on its way. */
  endStream: (() => void) | null;
}

export class ClientListener<Request> {
  readonly #options: ListenerOptions<Request>;
  /** Those that have been silent for longest come first. */
  readonly #clients = new Set<Client<Request>>();
  /** Those with a complete request, in the order in which they are served. */
  readonly #waiting = new Set<Client<Request>>();
  #server: Server | null = null;
  #isUnix = false;
  #isTurnScheduled = false;
  #trimming: ReturnType<typeof setTimeout> | null = null;

  constructor(options: ListenerOptions<Request>) {
    this.#options = options;
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /**
   * Settles when connections are taken, with the port if it is a TCP one; rejects when the address cannot be had. Called
   * again it listens anew, and there alone; who is connected stays.
   */
  async listen(where: ListenOptions): Promise<number | null> {
    this.#server?.close();
    // A client that has said everything may still want to hear.
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

  /** Takes no more connections; ends those there are when what was written to them has been sent. */
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
    // Who goes without a word is nothing to tell of.
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

  /** The client's next request gets a turn; it is read, and given up, when that comes. */
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

  /** Writes one piece after the other, as the client reads them. @param sent called when the last has left, or cannot */
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

  /** It has had its answer, and is no client any longer; what it still says is not heard. */
  #release(client: Client<Request>): void {
    this.#forget(client);
    // As soon as the answer has been sent; who does not hang up in turn is not waited for.
    client.socket.destroySoon();
  }

  #makeRoom(): void {
    const { capacity } = this.#options;
    if (this.#clients.size > 2 * capacity) this.#trim(2 * capacity, 0);
    if (this.#trimming !== null) return;
    this.#trimming = setTimeout(() => {
      this.#trimming = null;
      this.#trim(capacity, GRACE_MS);
      // Others are being answered, or have just come.
      if (this.#clients.size > capacity) this.#makeRoom();
    }, GRACE_MS);
    this.#trimming.unref();
  }

  /** Lets those go of whom there are too many, as far as they have been silent for so long, or do not read. */
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
      // While a thousand come at once, this is gone through for each of them.
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

/** @param address undefined when the client has left already */
function isLoopback(address: string | undefined): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address ?? "");
}

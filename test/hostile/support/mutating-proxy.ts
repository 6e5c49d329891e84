/**
 * Stands between a client and an ovsdb-server, both on unix sockets, and makes something else of what the server says:
 * distorted messages, bytes that are none, cuts, silence. What the client says arrives as it is (or never, where a test says
 * so), so that whatever is written is the client's own doing.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { JsonFramer } from "ovsdb-jsonrpc";
import type { Random } from "../../support/random.ts";
import { corrupt, distort } from "./mutations.ts";

/** What is made of the server's messages, as shares of them. */
export interface Hostility {
  /** Another, valid message in its place, or none. */
  readonly distorted: number;
  /** No message. */
  readonly corrupted: number;
  /** The connection ends instead. */
  readonly cut: number;
}

/** What a client asked for. */
export interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export const PEACE: Hostility = { distorted: 0, corrupted: 0, cut: 0 };

const LOTS = 1_000_000;
const decoder = new TextDecoder();

export class MutatingProxy implements Disposable {
  hostility: Hostility = PEACE;
  /** Rewrites a message of the server, a reply with the request that it answers; it comes before chance. */
  rewrite: (text: string, request: Request | null) => readonly string[] = (text) => [text];
  /** Answers with these messages what the server then never hears of; null: it is the server's to answer. */
  answer: (request: Request) => readonly string[] | null = () => null;
  /** Is told what the client asks for. */
  onRequest: (request: Request) => void = () => {};
  /** How many connections were made, and how many messages became something else. */
  connections = 0;
  mutations = 0;
  readonly #random: Random;
  readonly #upstream: string;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(upstream: string, random: Random) {
    this.#upstream = upstream;
    this.#random = random;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async listen(path: string, upstream: string, random: Random): Promise<MutatingProxy> {
    const proxy = new MutatingProxy(upstream, random);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once("error", reject);
      proxy.#server.listen(path, resolve);
    });
    return proxy;
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.cut();
  }

  #accept(client: Socket): void {
    this.connections++;
    const server = connect(this.#upstream);
    const framer = new JsonFramer();
    const pair = [client, server];
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        for (const other of pair) other.destroy();
      });
    }
    const [requests, asked] = [new JsonFramer(), new Map<unknown, Request>()];
    client.on("data", (bytes: Uint8Array) => {
      requests.push(bytes, (text) => {
        const answers = this.#hear(JSON.parse(decoder.decode(text)), asked);
        if (answers === null) server.write(Uint8Array.from(text));
        else for (const answer of answers) this.#tell(client, answer);
      });
    });
    server.on("data", (bytes: Uint8Array) => {
      const framed = framer.push(bytes, (text) => {
        const message = decoder.decode(text);
        const { id, method } = JSON.parse(message);
        const request = method === undefined ? (asked.get(id) ?? null) : null;
        asked.delete(id);
        for (const one of this.rewrite(message, request)) this.#tell(client, one);
      });
      if (!framed.ok) client.destroy();
    });
  }

  /** @returns the answers to what the server is not to hear of */
  #hear(message: Partial<Request>, asked: Map<unknown, Request>): readonly string[] | null {
    const { id, method, params } = message;
    if (method === undefined || params === undefined) return null;
    const request = { id, method, params };
    this.onRequest(request);
    const answers = this.answer(request);
    if (answers === null) asked.set(id, request);
    return answers;
  }

  #tell(client: Socket, message: string): void {
    const { distorted, corrupted, cut } = this.hostility;
    const random = this.#random;
    const lot = random.int(LOTS) / LOTS;
    if (lot < cut + corrupted + distorted) this.mutations++;
    if (lot < cut) client.destroy();
    else if (lot < cut + corrupted) client.write(corrupt(message, random));
    else if (lot < cut + corrupted + distorted)
      for (const text of distort(message, random)) client.write(text);
    else client.write(message);
  }
}

/**
 * A proxy between a session and a real server that sees every message: it can answer a request itself, hold the
 * server's messages back, and cut the connections.
 */
import net from "node:net";
import { JsonFramer } from "../../../src/ovsdb-jsonrpc/wire/json-framer.ts";
import { Folder } from "./server.ts";

/** The members of a JSON-RPC message that matter here. */
export interface Message {
  readonly id: number | null;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface ProxyRules {
  /** An answer here keeps the request from the server. */
  answer?(request: Message): object | null;
  /** Sees each message before it is passed on, and says what becomes of it. */
  fromClient?(message: Message): Verdict;
  fromServer?(message: Message): Verdict | { readonly instead: Message };
}

/** `instead` is passed on in its place; "cut" ends all connections, "drop" loses the message, "hold" keeps it and what follows it until `release`. */
export type Verdict = "pass" | "drop" | "cut" | "hold";

export class ProxyServer {
  readonly #folder = new Folder();
  readonly #target: string;
  readonly #rules: ProxyRules;
  readonly #sockets = new Set<net.Socket>();
  readonly #clients = new Set<net.Socket>();
  readonly #holding = new Set<() => void>();
  #asked: { readonly id: number | null; resolve(reply: Message): void } | null = null;
  readonly #server: net.Server;
  /** How many connections there have been. */
  connections = 0;

  private constructor(target: string, rules: ProxyRules) {
    this.#target = target;
    this.#rules = rules;
    this.#server = net.createServer((client) => this.#accept(client));
  }

  /** Listens on a unix socket of its own and passes on to the server's socket `target`. */
  static async start(target: string, rules: ProxyRules = {}): Promise<ProxyServer> {
    const proxy = new ProxyServer(target, rules);
    await new Promise<void>((resolve) => proxy.#server.listen(proxy.#folder.at("proxy.sock"), resolve));
    return proxy;
  }

  get remote(): string {
    return `unix:${this.#folder.at("proxy.sock")}`;
  }

  /** Sends a request to the session as if the server had, and settles with the session's reply. */
  ask(request: Message): Promise<Message> {
    return new Promise((resolve) => {
      this.#asked = { id: request.id, resolve };
      for (const client of this.#clients) client.write(JSON.stringify(request));
    });
  }

  /** Passes on what is held, in both directions. */
  release(): void {
    for (const passOn of [...this.#holding]) passOn();
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
    this.#folder.remove();
  }

  #accept(client: net.Socket): void {
    this.connections++;
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
    const server = net.connect({ path: this.#target });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    this.#pipe(client, server, (message) => {
      if (message.method === undefined && message.id === this.#asked?.id) {
        this.#asked.resolve(message);
        return "drop";
      }
      const answer = message.method === undefined ? null : (this.#rules.answer?.(message) ?? null);
      if (answer === null) return this.#rules.fromClient?.(message) ?? "pass";
      client.write(JSON.stringify({ id: message.id, ...answer }));
      return "drop";
    });
    this.#pipe(server, client, (message) => this.#rules.fromServer?.(message) ?? "pass");
  }

  #pipe(
    from: net.Socket,
    to: net.Socket,
    verdict: (message: Message) => Verdict | { readonly instead: Message },
  ): void {
    const framer = new JsonFramer();
    const held: Uint8Array[] = [];
    const passOn = () => {
      this.#holding.delete(passOn);
      if (!to.destroyed) for (const text of held.splice(0)) to.write(text);
    };
    from.on("data", (chunk: Uint8Array) => {
      framer.push(chunk, (text) => {
        if (to.destroyed) return;
        const decision = verdict(JSON.parse(new TextDecoder().decode(text)));
        if (typeof decision === "object") {
          to.write(JSON.stringify(decision.instead));
          return;
        }
        if (decision === "hold") this.#holding.add(passOn);
        if (decision === "cut") this.cut();
        else if (decision !== "drop" && this.#holding.has(passOn)) held.push(text.slice());
        else if (decision !== "drop") to.write(text);
      });
    });
  }
}

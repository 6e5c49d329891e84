/** A unix socket in front of a server that passes everything on, at once or later, and counts the bytes the server sends. */
import { EventEmitter, once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class CountingProxy {
  readonly remote: string;
  /** Bytes that the server has sent through this proxy. */
  received = 0;
  /** What the clients have sent. */
  requests = "";
  readonly #server: Server;
  readonly #heard = new EventEmitter();
  readonly #sockets = new Set<Socket>();
  /** What the server has sent since `hold`, for whom; null: it is passed on. */
  #held: (readonly [Socket, Buffer])[] | null = null;

  private constructor(path: string, target: string) {
    this.remote = `unix:${path}`;
    this.#server = createServer((client) => this.#accept(client, target));
  }

  /** Listens on `path` and passes on to the server at `target`. */
  static async start(path: string, target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(path, target);
    await new Promise<void>((resolve) => proxy.#server.listen(path, resolve));
    return proxy;
  }

  /** From now on the clients hear nothing of the server, which hears them as before. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    for (const [client, chunk] of this.#held ?? []) client.write(chunk);
    this.#held = null;
  }

  /** Returns when the clients have sent what matches since the position. */
  async requested(pattern: RegExp, from: number): Promise<void> {
    while (!pattern.test(this.requests.slice(from))) await once(this.#heard, "request");
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket, target: string): void {
    const server = connect(target);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
    }
    client.on("data", (chunk: Buffer) => {
      this.requests += chunk.toString();
      server.write(chunk);
      this.#heard.emit("request");
    });
    server.on("data", (chunk: Buffer) => {
      this.received += chunk.length;
      if (this.#held === null) client.write(chunk);
      else this.#held.push([client, chunk]);
    });
  }
}

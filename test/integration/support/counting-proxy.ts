/** A unix socket in front of a server that passes everything on and counts the bytes the server sends. */
import { connect, createServer, type Server, type Socket } from "node:net";

export class CountingProxy {
  readonly remote: string;
  /** Bytes that the server has sent through this proxy. */
  received = 0;
  /** What the clients have sent. */
  requests = "";
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

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
    });
    server.on("data", (chunk: Buffer) => {
      this.received += chunk.length;
      client.write(chunk);
    });
  }
}

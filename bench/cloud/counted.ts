/** Stands between a process and a server, and counts the bytes. */
import { connect, createServer, type Socket } from "node:net";

export interface Counted extends AsyncDisposable {
  readonly socket: string;
  /** The bytes so far, in both directions. */
  readonly bytes: number;
}

/** Listens at `socket`, and passes every byte on to the server at `target`. */
export async function countBytes(socket: string, target: string): Promise<Counted> {
  let bytes = 0;
  const open = new Set<Socket>();
  const pipe = (from: Socket, to: Socket) => {
    open.add(from);
    from.on("data", (chunk: Uint8Array) => {
      bytes += chunk.length;
      to.write(chunk);
    });
    from.on("error", () => {});
    from.on("close", () => {
      open.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(target);
    pipe(client, upstream);
    pipe(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    get bytes() {
      return bytes;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const one of open) one.destroy();
      await closed;
    },
  };
}

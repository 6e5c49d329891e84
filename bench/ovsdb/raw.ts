/** A bare socket to the server: how fast the bytes alone go, without framing, parsing or a replica. */
import net from "node:net";

export class RawConnection {
  readonly #socket: net.Socket;
  #received = 0;
  #expected = 0;
  #done: (() => void) | null = null;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      this.#received += chunk.length;
      if (this.#received >= this.#expected) this.#done?.();
    });
  }

  static open(path: string): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ path }, () => resolve(new RawConnection(socket)));
      socket.once("error", reject);
    });
  }

  /** Writes the bytes and settles when this many have come back. */
  exchange(bytes: string, replyBytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#received = 0;
      this.#expected = replyBytes;
      this.#done = resolve;
      this.#socket.write(bytes);
    });
  }

  /** Sends `count` of the requests in turn, `window` of them at any time; each is answered with `replyBytes`. */
  exchangeMany(
    requests: readonly string[],
    replyBytes: number,
    count: number,
    window: number,
  ): Promise<void> {
    return new Promise((resolve) => {
      let sent = 0;
      this.#received = 0;
      this.#expected = 0;
      const send = () => {
        const allowed = Math.min(Math.floor(this.#received / replyBytes) + window, count);
        let bytes = "";
        while (sent < allowed) bytes += requests[sent++ % requests.length] ?? "";
        if (bytes !== "") this.#socket.write(bytes);
        if (this.#received >= count * replyBytes) resolve();
      };
      this.#done = send;
      send();
    });
  }

  /** Writes the bytes and answers how many come back until the server has been silent for a while. */
  async measureReply(bytes: string): Promise<number> {
    this.#received = 0;
    this.#expected = Number.POSITIVE_INFINITY;
    this.#socket.write(bytes);
    for (let before = -1; before !== this.#received || before === 0; ) {
      before = this.#received;
      await Bun.sleep(300);
    }
    return this.#received;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A bare socket to the server, to measure the bytes alone, without framing, parsing or a replica. */
import net from "node:net";

/** Milliseconds from the request to the first and to the last byte of its reply. */
export interface Exchange {
  readonly firstByte: number;
  readonly lastByte: number;
}

export class RawConnection {
  readonly #socket: net.Socket;
  #onChunk: (chunk: Buffer) => void = () => {};

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#onChunk(chunk));
  }

  static open(path: string): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ path }, () => resolve(new RawConnection(socket)));
      socket.once("error", reject);
    });
  }

  /** Writes the text, drops the reply, and settles when `replyBytes` bytes have arrived. */
  exchange(text: string, replyBytes: number): Promise<Exchange> {
    return new Promise((resolve) => {
      const started = performance.now();
      let firstByte: number | null = null;
      let received = 0;
      this.#onChunk = (chunk) => {
        const now = performance.now() - started;
        firstByte ??= now;
        received += chunk.length;
        if (received >= replyBytes) resolve({ firstByte, lastByte: now });
      };
      this.#socket.write(text);
    });
  }

  /** Sends `count` requests in turn, `window` of them at any time. Each reply has `replyBytes` bytes. */
  exchangeMany(requests: RequestBytes, replyBytes: number, count: number, window: number): Promise<void> {
    return new Promise((resolve) => {
      let received = 0;
      let sent = 0;
      const send = () => {
        const allowed = Math.min(Math.floor(received / replyBytes) + window, count);
        if (allowed > sent) this.#socket.write(requests.slice(sent, allowed - sent));
        sent = allowed;
      };
      this.#onChunk = (chunk) => {
        received += chunk.length;
        send();
        if (received >= count * replyBytes) resolve();
      };
      send();
    });
  }

  /** The least work of a client with JSON: makes a text of each request, and a value of each reply. */
  async callMany(request: (n: number) => unknown, replyBytes: number, count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      await new Promise<unknown>((resolve) => {
        let text = "";
        this.#onChunk = (chunk) => {
          text += chunk.toString();
          if (text.length >= replyBytes) resolve(JSON.parse(text));
        };
        this.#socket.write(JSON.stringify(request(n)));
      });
    }
  }

  /** Writes the text. @returns the number of bytes that arrive until the server has been silent for a while */
  async measureReply(text: string): Promise<number> {
    let received = 0;
    this.#onChunk = (chunk) => {
      received += chunk.length;
    };
    this.#socket.write(text);
    for (let before = -1; before !== received || before === 0; ) {
      before = received;
      await Bun.sleep(300);
    }
    return received;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Requests of equal length, encoded one after the other, so that several requests in turn are one piece. */
export class RequestBytes {
  readonly #bytes: Uint8Array;
  readonly #length: number;
  readonly #turns: number;

  /** @param most the largest number of requests in a piece */
  constructor(requests: readonly string[], most: number) {
    this.#turns = requests.length;
    const rounds = Math.ceil(most / requests.length) + 1;
    this.#bytes = Buffer.from(requests.join("").repeat(rounds));
    this.#length = this.#bytes.length / rounds / requests.length;
  }

  slice(from: number, count: number): Uint8Array {
    const start = (from % this.#turns) * this.#length;
    return this.#bytes.subarray(start, start + count * this.#length);
  }
}

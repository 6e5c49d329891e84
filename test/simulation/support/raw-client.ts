/** A bare connection to a real ovsdb-server: what is said, as JSON, in order. */
import { connect, type Socket } from "node:net";
import type { JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { JsonFramer } from "../../../src/ovsdb-jsonrpc/wire/json-framer.ts";

export class RawClient {
  readonly #socket: Socket;
  readonly #framer = new JsonFramer();
  #received: JsonObject[] = [];
  #lost: ((why: Error) => void) | null = null;
  #fenced: (() => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      this.#framer.push(chunk, (text) => this.#receive(JSON.parse(new TextDecoder().decode(text))));
    });
    socket.on("close", () => this.#lost?.(new Error("the real server ended the connection")));
  }

  static async connect(path: string): Promise<RawClient> {
    const socket = connect({ path });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawClient(socket);
  }

  send(message: JsonObject): void {
    this.#socket.write(JSON.stringify(message));
  }

  /** Settles when everything that the server had to say before this has been received. */
  async fence(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#fenced = resolve;
      this.#lost = reject;
      this.send({ id: FENCE, method: "echo", params: [] });
    });
  }

  /** Sends a message; settles when what it led to at once has been received. */
  async say(message: JsonObject): Promise<void> {
    this.send(message);
    await this.fence();
  }

  /** What came since this was last asked for. */
  take(): readonly JsonObject[] {
    const received = this.#received;
    this.#received = [];
    return received;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(message: JsonObject): void {
    if (message.id !== FENCE) this.#received.push(message);
    else this.#fenced?.();
  }
}

const FENCE = "fence";

/**
 * A bare connection to an ovsdb-server. Requests may be made before they are sent, and every answer has the arrival time of its
 * last byte. Nothing is typed, checked or kept, so that the server alone is measured.
 */
import { connect, type Socket } from "node:net";
import { JsonFramer } from "ovsdb-jsonrpc";

/** A result of RFC 7047 without a type, and its arrival time in milliseconds of `performance.now()`. */
export interface Answer {
  readonly result: unknown;
  readonly at: number;
}

export type Notice = (method: string, params: readonly unknown[], at: number) => void;

export class Wire {
  readonly #socket: Socket;
  readonly #framer = new JsonFramer();
  readonly #waiting = new Map<
    number,
    { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }
  >();
  readonly #onNotice: Notice;
  #nextId = 0;

  private constructor(socket: Socket, onNotice: Notice) {
    this.#socket = socket;
    this.#onNotice = onNotice;
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk, performance.now()));
    socket.on("close", () => this.#fail(new Error("the database's connection was closed")));
  }

  static async open(path: string, onNotice: Notice = () => {}): Promise<Wire> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new Wire(socket, onNotice);
  }

  /** Makes the text of a request. */
  prepare(method: string, params: readonly unknown[]): Prepared {
    const id = this.#nextId++;
    return { id, text: JSON.stringify({ id, method, params }) };
  }

  /** Sends a request and waits for the answer. Throws the server's error, also the error of an operation. */
  send({ id, text }: Prepared): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, { resolve, reject });
    this.#socket.write(text);
    return promise;
  }

  request(method: string, params: readonly unknown[]): Promise<Answer> {
    return this.send(this.prepare(method, params));
  }

  close(): void {
    this.#waiting.clear();
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array, at: number): void {
    const framed = this.#framer.push(chunk, (text) => this.#take(JSON.parse(decoder.decode(text)), at));
    if (!framed.ok) this.#fail(new Error(framed.error));
  }

  #take(
    message: { id: unknown; method?: unknown; params?: unknown; result?: unknown; error?: unknown },
    at: number,
  ) {
    const { id, method, params, result, error } = message;
    if (method === "echo") this.#socket.write(JSON.stringify({ id, result: params, error: null }));
    else if (typeof method === "string" && Array.isArray(params)) this.#onNotice(method, params, at);
    if (method !== undefined || typeof id !== "number") return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    const failure = error ?? (Array.isArray(result) ? result.find((one) => one?.error !== undefined) : null);
    if (failure === null || failure === undefined) waiting?.resolve({ result, at });
    else waiting?.reject(new Error(`the server refused: ${JSON.stringify(failure)}`));
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

export interface Prepared {
  readonly id: number;
  readonly text: string;
}

const decoder = new TextDecoder();

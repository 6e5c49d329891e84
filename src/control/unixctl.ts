/**
 * The control socket: a server of the unixctl protocol that ovs-appctl(8) speaks. A request is a JSON-RPC 1.0 object
 * `{id, method, params: [string…]}`; its reply carries a text as `result` or as `error`. Texts follow each other with
 * no separator.
 *
 * Invariants: a client's requests are answered in their order; what a client sends, or fails to send or to read, is
 * its own problem only, and so is its staying for ever; the socket is open to the daemon's user alone.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { JsonFramer } from "ovsdb-jsonrpc";
import type { Logger } from "../log/log.ts";
import { messageOf } from "../result.ts";
import { type Command, type CommandAnswer, refuse } from "./command.ts";

/** A request is a handful of words: these leave room to spare. */
const REQUEST_LIMITS = { maxBytes: 1 << 20, maxDepth: 16 };
/** More clients than this are not kept: the one that has been silent for longest makes room, so nobody is kept out. */
const MAX_CLIENTS = 256;
/** A client that lets more than this pile up unread is cut off. */
const MAX_UNREAD_BYTES = 64 << 20;

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly string[];
}

export interface ControlServerOptions {
  readonly path: string;
  readonly commands: readonly Command[];
  readonly log: Logger;
  /** Called at every request. */
  readonly onRequest?: () => void;
}

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #commands: ReadonlyMap<string, Command>;
  /** Those that have been silent for longest come first. */
  readonly #clients = new Set<Socket>();
  #server: Server | null = null;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#commands = new Map(options.commands.map((command) => [command.name, command]));
  }

  /** Settles when the socket takes connections; rejects when it cannot be made. Replaces what a dead process left. */
  async listen(): Promise<void> {
    const { path, log } = this.#options;
    rmSync(path, { force: true });
    const server = createServer((socket) => this.#accept(socket));
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(path, resolve);
      });
    } finally {
      process.umask(umask);
    }
    chmodSync(path, 0o600);
    server.on("error", (error) => log.warn(`control socket: ${error.message}`, "control socket"));
    this.#server = server;
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Takes no more connections; ends those there are when what was written to them has been sent. */
  close(): void {
    if (this.#server === null) return;
    this.#server.close();
    for (const socket of this.#clients) socket.destroySoon();
    rmSync(this.#options.path, { force: true });
  }

  #accept(socket: Socket): void {
    const framer = new JsonFramer(REQUEST_LIMITS);
    let answered: Promise<void> = Promise.resolve();
    this.#makeRoom();
    this.#clients.add(socket);
    socket.on("close", () => this.#clients.delete(socket));
    socket.on("error", (error) => this.#options.log.debug(`a client left: ${error.message}`));
    socket.on("data", (chunk: Uint8Array) => {
      this.#clients.delete(socket);
      this.#clients.add(socket);
      const framed = framer.push(chunk, (text) => {
        answered = answered.then(() => this.#serve(socket, text));
      });
      if (!framed.ok) this.#drop(socket, framed.error);
    });
  }

  #makeRoom(): void {
    const [silent] = this.#clients;
    if (silent === undefined || this.#clients.size < MAX_CLIENTS) return;
    this.#clients.delete(silent);
    this.#drop(silent, `more than ${MAX_CLIENTS} clients, and it has been silent for longest`);
  }

  async #serve(socket: Socket, message: Uint8Array): Promise<void> {
    if (socket.destroyed) return;
    const request = parseRequest(message);
    if (request === null) {
      this.#drop(socket, "a message that is no request");
      return;
    }
    const answer = await this.#answer(request);
    // As unixctl_command_reply() of OVS does, a text ends with a new line.
    const text = answer.text === "" || answer.text.endsWith("\n") ? answer.text : `${answer.text}\n`;
    const [result, error] = answer.ok ? [text, null] : [null, text];
    if (!socket.destroyed) socket.write(JSON.stringify({ id: request.id, result, error }));
    answer.afterwards?.();
    if (socket.writableLength > MAX_UNREAD_BYTES) this.#drop(socket, "it does not read its answers");
  }

  async #answer({ method, params }: Request): Promise<CommandAnswer> {
    this.#options.onRequest?.();
    const command = this.#commands.get(method);
    if (command === undefined)
      return refuse(`"${method}" is not a valid command (use "list-commands" to see a list)`);
    if (params.length < command.minArgs) {
      return refuse(`"${method}" command requires at least ${command.minArgs} arguments`);
    }
    if (params.length > command.maxArgs) {
      return refuse(`"${method}" command takes at most ${command.maxArgs} arguments`);
    }
    this.#options.log.debug(`received request ${method} ${JSON.stringify(params)}`);
    try {
      return await command.run(params);
    } catch (thrown) {
      this.#options.log.error(`command ${method}: ${messageOf(thrown)}`);
      return refuse(`internal error: ${messageOf(thrown)}`);
    }
  }

  #drop(socket: Socket, why: string): void {
    if (!socket.destroyed) this.#options.log.info(`control client disconnected: ${why}`);
    socket.destroy();
  }
}

function parseRequest(text: Uint8Array): Request | null {
  let message: unknown;
  try {
    message = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    return null;
  }
  if (typeof message !== "object" || message === null) return null;
  const { id = null, method, params = [] } = message as { id?: unknown; method?: unknown; params?: unknown };
  if (typeof method !== "string" || !isTexts(params)) return null;
  return { id, method, params };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

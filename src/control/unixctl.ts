/**
 * The control socket: a server of the unixctl protocol that ovs-appctl(8) speaks. A request is a JSON-RPC 1.0 object
 * `{id, method, params: [string…]}`; its reply carries a text as `result` or as `error`. Texts follow each other with
 * no separator.
 *
 * Invariants: the requests of a client are answered in their order. A client that sends nonsense, does not read, or stays for ever
 * disturbs nobody else. Only the daemon's user may open the socket.
 */
import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { JsonFramer } from "ovsdb-jsonrpc";
import type { Logger } from "../log/log.ts";
import { messageOf, systemMessageOf } from "../result.ts";
import { ClientListener, type Conversation, type Reply } from "../serve/listener.ts";
import { RetriedResource } from "../system/retried-resource.ts";
import { identityOf } from "../system/same-file.ts";
import { type FileStatus, fileStatus } from "../view/status-shape.ts";
import { type Command, type CommandAnswer, refuse } from "./command.ts";
import { whoseCommand } from "./commands/elsewhere.ts";

/** The limits on a request, which is a handful of words. */
const REQUEST_LIMITS = { maxBytes: 1 << 20, maxDepth: 16 };

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface ControlServerOptions {
  readonly path: string;
  readonly commands: readonly Command[];
  /** The most clients. */
  readonly capacity: number;
  readonly log: Logger;
  /** Called when text was written to a client. */
  readonly onWritten?: ((length: number) => void) | undefined;
  /** Milliseconds between two looks whether the socket still exists. */
  readonly lookMs?: number;
  /** Called at every request. */
  readonly onRequest?: () => void;
}

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #listener: ClientListener<Uint8Array>;
  readonly #resource: RetriedResource;
  /** The identity of the socket; null: there is no socket. */
  #identity: string | null = null;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#commands = new Map(options.commands.map((command) => [command.name, command]));
    const { capacity, log, onWritten } = options;
    this.#listener = new ClientListener({
      capacity,
      converse: () => new Texts(),
      answer: (text) => this.#reply(text),
      onWritten,
      onDrop: (why) => log.warn(`control client disconnected: ${why}`, "control clients"),
      onError: (error) => log.warn(`control socket: ${error.message}`, "control socket"),
    });
    const { path } = options;
    this.#resource = new RetriedResource({
      lookMs: options.lookMs,
      isThere: () => this.#isThere(),
      take: async () => {
        try {
          mkdirSync(dirname(path), { recursive: true });
          await this.#listen();
        } catch (thrown) {
          throw new Error(`cannot make the control socket ${path}: ${systemMessageOf(thrown)}`);
        }
      },
      onFault: (fault) => log.error(`${fault}; vifplugd tries again`),
      onTaken: () =>
        log.warn(`the control socket ${path} was gone, and has been made anew`, "control socket made"),
    });
  }

  /**
   * Listens. Settles when the socket accepts connections; rejects when the socket cannot be made. A socket of a dead process is
   * replaced, and a socket that somebody removes is made anew.
   */
  async listen(): Promise<void> {
    await this.#listen();
    this.#resource.keep();
  }

  get status(): FileStatus {
    return fileStatus("control-socket", this.#options.path, this.#resource.fault);
  }

  /** The number of connected clients. */
  get clients(): number {
    return this.#listener.clients;
  }

  /** Accepts no more connections, and ends each connection when its answers have been sent. */
  close(): void {
    this.#resource.close();
    if (this.#identity === null) return;
    const isThere = this.#isThere();
    this.#identity = null;
    this.#listener.close();
    if (isThere) rmSync(this.#options.path, { force: true });
  }

  #isThere(): boolean {
    return identityOf(this.#options.path, "not followed") === this.#identity;
  }

  async #listen(): Promise<void> {
    const { path } = this.#options;
    rmSync(path, { force: true });
    // The umask makes the socket with its final permissions, so that it is never open to others.
    const umask = process.umask(0o177);
    try {
      await this.#listener.listen({ path });
    } finally {
      process.umask(umask);
    }
    this.#identity = identityOf(path, "not followed");
    if (this.#identity === null) throw new Error("somebody removed the socket at once");
  }

  async #reply(message: Uint8Array): Promise<Reply | null> {
    const request = parseRequest(message);
    if (request === null) return null;
    const answer = await this.#answer(request);
    return { content: encodeAnswer(request.id, answer), afterwards: answer.afterwards };
  }

  async #answer({ method, params }: Request): Promise<CommandAnswer> {
    this.#options.onRequest?.();
    const command = this.#commands.get(method);
    if (command === undefined) {
      const whose = whoseCommand(method);
      const hint = whose === null ? 'use "list-commands" to see a list' : `it may be one of ${whose}`;
      return refuse(`"${method}" is not a valid command (${hint})`);
    }
    if (params.length < command.minArgs) {
      return refuse(`"${method}" command requires at least ${command.minArgs} arguments`);
    }
    if (params.length > command.maxArgs) {
      return refuse(`"${method}" command takes at most ${command.maxArgs} arguments`);
    }
    if (!isTexts(params)) return refuse(`"${method}" command has non-string argument`);
    this.#options.log.debug(`received request ${method} ${JSON.stringify(params)}`);
    try {
      return await command.run(params);
    } catch (thrown) {
      this.#options.log.error(`command ${method}: ${messageOf(thrown)}`);
      return refuse(`internal error: ${messageOf(thrown)}`);
    }
  }
}

/** Splits bytes into complete JSON texts. */
class Texts implements Conversation<Uint8Array> {
  readonly #framer = new JsonFramer(REQUEST_LIMITS);
  readonly #texts: Uint8Array[] = [];

  push(chunk: Uint8Array): string | null {
    const framed = this.#framer.push(chunk, (text) => this.#texts.push(text));
    return framed.ok ? null : framed.error;
  }

  take(): Uint8Array | null {
    return this.#texts.shift() ?? null;
  }
}

/** The size of a slice of a text, in UTF-16 code units, that is turned into JSON at once. */
const SLICE = 16 << 10;

/** The JSON text of `{id, result, error}` in pieces, so that a long text is in memory once. */
function* encodeAnswer(id: unknown, { ok, text }: CommandAnswer): Iterable<string> {
  yield `{"id":${JSON.stringify(id)},${ok ? '"result"' : '"error"'}:"`;
  // A surrogate pair on the border of two slices becomes two escapes, which mean the same.
  for (let from = 0; from < text.length; from += SLICE) {
    yield JSON.stringify(text.slice(from, from + SLICE)).slice(1, -1);
  }
  // A text ends with a new line, as from unixctl_command_reply() of OVS.
  yield `${text === "" || text.endsWith("\n") ? "" : "\\n"}",${ok ? '"error"' : '"result"'}:null}`;
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
  if (typeof method !== "string" || !Array.isArray(params)) return null;
  return { id, method, params };
}

function isTexts(values: readonly unknown[]): values is readonly string[] {
  return values.every((value) => typeof value === "string");
}

/**
 * What goes over the wire, for people who look for a fault, and in numbers. Nothing is made of a message before somebody
 * asks for its text, and no secret is in that.
 */
import type { Environment } from "./environment.ts";
import { isArray, isObject } from "./json.ts";

/** One message that a session's connection has sent or received. */
export interface WireMessage {
  readonly direction: "sent" | "received";
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** The length of a received message in bytes, and of a sent message in UTF-16 code units. */
  readonly length: number;
  /**
   * The message's JSON text without secrets, cut after `limit` characters (default 2,000): `***` stands for the values of map
   * keys and columns whose names `secretNames` matches. Costs nothing for a message whose text nobody asks for.
   */
  text(limit?: number): string;
}

/** How many connections a session had since the session began, and how much these connections have carried. */
export interface WireCounters {
  readonly connections: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
  /** The length of all sent messages, in UTF-16 code units. */
  readonly charactersSent: number;
  readonly bytesReceived: number;
}

/** Names of what is kept from a text. */
const SECRET_NAMES = /psk|passw|secret|credential|private_key|token/i;

const TEXT_LIMIT = 2000;

export class Tap {
  readonly #environment: Environment;
  readonly #onMessage: ((message: WireMessage) => void) | undefined;
  readonly #secrets: RegExp;
  readonly #counters = {
    connections: 0,
    messagesSent: 0,
    messagesReceived: 0,
    charactersSent: 0,
    bytesReceived: 0,
  };

  constructor(
    environment: Environment,
    onMessage: ((message: WireMessage) => void) | undefined,
    secrets: RegExp = SECRET_NAMES,
  ) {
    this.#environment = environment;
    this.#onMessage = onMessage;
    this.#secrets = secrets;
  }

  get counters(): WireCounters {
    return { ...this.#counters };
  }

  connected(): void {
    this.#counters.connections++;
  }

  sent(text: string): void {
    this.#counters.messagesSent++;
    this.#counters.charactersSent += text.length;
    this.#tell("sent", text.length, () => text);
  }

  received(bytes: Uint8Array): void {
    this.#counters.messagesReceived++;
    this.#counters.bytesReceived += bytes.length;
    this.#tell("received", bytes.length, () => new TextDecoder().decode(bytes));
  }

  #tell(direction: WireMessage["direction"], length: number, whole: () => string): void {
    const secrets = this.#secrets;
    this.#onMessage?.({
      direction,
      at: this.#environment.now(),
      length,
      text: (limit = TEXT_LIMIT) => cut(withoutSecrets(whole(), secrets), limit),
    });
  }
}

/** A text that is no JSON is not shown: nobody can tell what of it is a secret. */
function withoutSecrets(text: string, secrets: RegExp): string {
  try {
    return JSON.stringify(redact(JSON.parse(text), secrets));
  } catch {
    return `(${text.length} characters that are not JSON)`;
  }
}

/** In an object by the member's name; in a pair of a map, a clause or a mutation by its first element. */
function redact(json: unknown, secrets: RegExp): unknown {
  if (isArray(json)) {
    const [name, ...rest] = json;
    const isSecret = typeof name === "string" && rest.length > 0 && secrets.test(name);
    if (isSecret) return [name, ...rest.map((item, at) => (at < rest.length - 1 ? item : "***"))];
    return json.map((item) => redact(item, secrets));
  }
  if (!isObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, item]) => [
      name,
      secrets.test(name) && item !== null ? "***" : redact(item, secrets),
    ]),
  );
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters)`;
}

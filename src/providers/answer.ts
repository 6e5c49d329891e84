/**
 * The edge between a provider and the rest of the program. Every value that a provider returns or throws becomes an
 * {@link Answer}; a value without the shape of the contract becomes a `broken` answer with its reason.
 */
import { messageOf } from "../result.ts";
import { clipWords, cut } from "../text/cut.ts";
import { isRecord } from "../unknown.ts";
import type { Operation, WantedInterface } from "./provider.ts";

export type Answer =
  | ({ readonly kind: "plug"; readonly wanted: WantedInterface } & Misplacement)
  | ({ readonly kind: "unplug" } & Misplacement)
  | ({
      readonly kind: "not-ready";
      readonly reason: string;
      readonly arrange?: true;
      /** True: the provider has not answered yet. A plugged interface keeps its state until then. */
      readonly awaited?: true;
    } & Misplacement)
  | { readonly kind: "broken"; readonly reason: string };

interface Misplacement {
  /** The present owner of the interface in place; absent: the provider knows no other owner. */
  readonly misplaced?: string;
}

export function parseAnswer(operation: Operation, raw: unknown): Answer {
  if (!isRecord(raw) || typeof raw.ready !== "boolean") {
    return broken("prepare returned no object with a boolean `ready`");
  }
  const answer = parseBare(operation, raw);
  const { misplaced } = raw;
  if (misplaced === undefined || answer.kind === "broken") return answer;
  return typeof misplaced === "string" && misplaced !== ""
    ? { ...answer, misplaced: clipWords(misplaced) }
    : broken("prepare gave a `misplaced` that says nobody");
}

function parseBare(operation: Operation, raw: Record<string, unknown>): Answer {
  if (raw.ready === true) return operation === "remove" ? { kind: "unplug" } : parseWanted(raw.interface);
  const { arrange } = raw;
  if (typeof raw.reason !== "string" || raw.reason === "") {
    return broken("prepare was not ready and gave no reason");
  }
  const reason = clipWords(raw.reason);
  if (arrange === undefined || arrange === false) return { kind: "not-ready", reason };
  if (arrange !== true) return broken("prepare gave an `arrange` that is no boolean");
  return operation === "create"
    ? { kind: "not-ready", reason, arrange }
    : broken("prepare gave `arrange` for a removal");
}

/** The present owner of the interface in place, in the words of the provider; null: the provider names no other owner. */
export function misplacedIn(answer: Answer): string | null {
  return answer.kind === "broken" ? null : (answer.misplaced ?? null);
}

export function thrownAnswer(thrown: unknown): Answer {
  return broken(`prepare threw: ${messageOf(thrown)}`);
}

function parseWanted(raw: unknown): Answer {
  if (!isRecord(raw)) return broken("prepare was ready and gave no `interface`");
  // Each member is read once, because a computed member may give another value the second time.
  const { name, type = "" } = raw;
  const [options = {}, otherConfig] = [copyOf(raw.options), copyOf(raw.otherConfig)];
  if (typeof name !== "string") return broken("prepare gave an interface without a `name`");
  if (typeof type !== "string") return broken("prepare gave an interface `type` that is no string");
  if (!isText(type)) return broken(`prepare gave an interface \`type\` ${NOT_TEXT}`);
  if (!isStringRecord(options)) return broken("prepare gave `options` that are not all strings");
  const fault = interfaceNameFault(name);
  if (fault !== null) {
    const shown = JSON.stringify(cut(name, SHOWN_LENGTH));
    return broken(`prepare gave the interface name ${shown}, which ${fault}`);
  }
  if (!isTextRecord(options)) return broken(`prepare gave \`options\` ${NOT_TEXT}`);
  if (otherConfig === undefined) return plug({ name, type, options });
  if (!isStringRecord(otherConfig)) return broken("prepare gave `otherConfig` that are not all strings");
  if (!isTextRecord(otherConfig)) return broken(`prepare gave \`otherConfig\` ${NOT_TEXT}`);
  return plug({ name, type, options, otherConfig });
}

function plug(wanted: WantedInterface): Answer {
  const fault = interfaceSizeFault(wanted);
  return fault === null ? { kind: "plug", wanted } : broken(`prepare gave an interface that ${fault}`);
}

/** The limit on all texts of one interface together, in bytes of UTF-8: every port may need as much, several times. */
const MAX_INTERFACE_BYTES = 16 << 10;
/** The memory that an option takes beside its texts, in bytes. */
const BYTES_BESIDE = 64;

/** Says why an interface is too large to be plugged; null: the interface is small enough. */
export function interfaceSizeFault({ type, options, otherConfig = {} }: WantedInterface): string | null {
  let bytes = Buffer.byteLength(type);
  for (const record of [options, otherConfig]) {
    for (const [key, value] of Object.entries(record)) {
      bytes += BYTES_BESIDE + Buffer.byteLength(key) + Buffer.byteLength(value);
    }
  }
  if (bytes <= MAX_INTERFACE_BYTES) return null;
  return `has ${bytes} bytes in its type, options and other_config, ${BYTES_BESIDE} counted for each option beside its texts; at most ${MAX_INTERFACE_BYTES} are allowed`;
}

/** The names that need no closer look: nearly all names. */
const USUAL_NAME = /^[\w-][\w.-]{0,14}$/;

/** Says why no network device can have `name` (IFNAMSIZ, dev_valid_name() in Linux); null: a device can have the name. */
export function interfaceNameFault(name: string): string | null {
  if (USUAL_NAME.test(name)) return null;
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) return "is empty";
  if (bytes > 15) return `has ${bytes} bytes; at most 15 are allowed`;
  if (name === "." || name === "..") return "is a directory's name";
  const taken = /[/:%]/.exec(name);
  if (taken !== null) return `contains ${JSON.stringify(taken[0])}`;
  if (/\s/u.test(name)) return "contains white space";
  if (/\p{Cc}/u.test(name)) return "contains a control character";
  return isText(name) ? null : `is a string ${NOT_TEXT}`;
}

const NOT_TEXT = "that no database takes: it contains a NUL or half of a surrogate pair";

const USUAL_TEXT = /^[ -~]*$/;

/** ovsdb-server ends the connection when it gets any other string, and every open transaction is lost (ovsdb(7), `<string>`). */
function isText(value: string): boolean {
  return USUAL_TEXT.test(value) || (value.isWellFormed() && !value.includes("\0"));
}

/** The bytes of a wrong name that a reason quotes. A valid name is much shorter. */
const SHOWN_LENGTH = 64;

/** Copies a plain record; returns any other value as it is, for the check to refuse. */
function copyOf(value: unknown): unknown {
  return isRecord(value) && !(value instanceof Map) && !Array.isArray(value) ? { ...value } : value;
}

/** @param reason says what is wrong, and may quote the provider */
export function broken(reason: string): Answer {
  return { kind: "broken", reason: clipWords(reason) };
}

/** False for a Map or an array: their members are no options. */
function isStringRecord(value: unknown): value is Record<string, string> {
  if (!isRecord(value) || value instanceof Map || Array.isArray(value)) return false;
  for (const key in value) if (typeof value[key] !== "string") return false;
  return true;
}

function isTextRecord(record: Readonly<Record<string, string>>): boolean {
  for (const key in record) if (!isText(key) || !isText(record[key] ?? "")) return false;
  return true;
}

/** Values in JSON (RFC 7047 section 5.1), read against a column's type as an OVSDB server reads them. */
import { isArray, type Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { type Atom, type Datum, sorted } from "./datum.ts";
import type { BaseType, Column, ColumnType } from "./schema.ts";

/** What a server answers in the place of a result: RFC 7047 section 3.1, `<error>`. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, details: string) {
    super(details);
    this.code = code;
  }

  get json(): Json {
    return { error: this.code, details: this.message };
  }
}

export function syntaxError(details: string): Refusal {
  return new Refusal("syntax error", details);
}

/** Finds or makes the UUID that a transaction gives to a name. */
export type Names = (name: string) => string;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ID = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isUuidText(text: string): boolean {
  return UUID.test(text);
}

export function isId(json: Json | undefined): json is string {
  return typeof json === "string" && ID.test(json);
}

/** Throws a `Refusal` for what the type does not admit. */
export function readDatum(type: ColumnType, json: Json | undefined, names: Names | null): Datum {
  const datum = readMembers(type, json, names);
  const unique = sorted(datum.keys, datum.values);
  if (unique === null) throw new Refusal("ovsdb error", "the same key twice");
  return unique;
}

function readMembers(type: ColumnType, json: Json | undefined, names: Names | null): Datum {
  const { key, value } = type;
  if (value === null && !(isArray(json) && json[0] === "set"))
    return { keys: [readAtom(key, json, names)], values: null };
  const [kind, members, ...more] = isArray(json) ? json : [];
  if (kind !== (value === null ? "set" : "map") || !isArray(members) || more.length > 0)
    throw syntaxError(`a ${value === null ? "set" : "map"} was expected`);
  if (members.length < type.min || members.length > type.max)
    throw syntaxError(`${members.length} members where ${type.min} to ${type.max} may be`);
  if (value === null) return { keys: members.map((member) => readAtom(key, member, names)), values: null };
  const keys: Atom[] = [];
  const values: Atom[] = [];
  for (const pair of members) {
    if (!isArray(pair) || pair.length !== 2) throw syntaxError("a pair was expected");
    keys.push(readAtom(key, pair[0], names));
    values.push(readAtom(value, pair[1], names));
  }
  return { keys, values };
}

function readAtom(base: BaseType, json: Json | undefined, names: Names | null): Atom {
  const atom = base.kind === "uuid" ? readUuid(json, names) : plainAtom(base, json);
  checkAtom(base, atom);
  return atom;
}

function plainAtom({ kind }: BaseType, json: Json | undefined): Atom {
  if (kind === "integer" && typeof json === "number" && Number.isInteger(json)) return json;
  if (kind === "real" && typeof json === "number") return json;
  if (kind === "boolean" && typeof json === "boolean") return json;
  if (kind === "string" && typeof json === "string") return json;
  throw syntaxError(`${kind} expected`);
}

function readUuid(json: Json | undefined, names: Names | null): string {
  const [kind, text, ...more] = isArray(json) ? json : [];
  if (typeof text !== "string" || more.length > 0) throw syntaxError("a uuid was expected");
  if (kind === "uuid" && isUuidText(text)) return text.toLowerCase();
  if (kind === "named-uuid" && names !== null && isId(text)) return names(text);
  throw syntaxError("a uuid was expected");
}

/** Throws a `Refusal` for an atom that the base type does not allow. */
export function checkAtom({ kind, allowed, min, max }: BaseType, atom: Atom): void {
  if (allowed !== null && !allowed.includes(atom))
    throw new Refusal("constraint violation", `${atom} is not allowed`);
  const size = kind === "string" && typeof atom === "string" ? [...atom].length : Number(atom);
  if (kind === "uuid" || kind === "boolean") return;
  if (size < min || size > max) throw new Refusal("constraint violation", `${atom} is out of range`);
}

/** Throws a `Refusal` when a member is not allowed. */
export function checkMembers({ key, value }: ColumnType, datum: Datum): void {
  for (const atom of datum.keys) checkAtom(key, atom);
  if (value !== null) for (const atom of datum.values ?? []) checkAtom(value, atom);
}

export function datumToJson({ type }: Column, { keys, values }: Datum): Json {
  const { key, value } = type;
  if (value !== null)
    return ["map", keys.map((atom, at) => [atomToJson(key, atom), atomToJson(value, values?.[at] ?? "")])];
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) return atomToJson(key, only);
  return ["set", keys.map((atom) => atomToJson(key, atom))];
}

function atomToJson({ kind }: BaseType, atom: Atom): Json {
  return kind === "uuid" ? ["uuid", atom] : atom;
}

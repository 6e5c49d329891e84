/**
 * Values of the graph's inputs as JSON, and back. A map becomes `{"map": [[key, value]…]}`, a set becomes `{"set": [value…]}`, and
 * every other value stays as it is. The order is kept, so equal inputs give equal text.
 */

export type RecordedJson =
  | null
  | boolean
  | number
  | string
  | readonly RecordedJson[]
  | { readonly [key: string]: RecordedJson };

/** Keys whose values may be secrets; no decision reads them. */
const SECRET_KEY = /psk|passw|secret|credential|private_key|token/i;

/** Hexadecimal digits of a replacement: too many for two secrets to get the same. */
const DIGITS = 16;

/**
 * Replacements of secrets: equal secrets get equal replacements, so that comparisons give the same result. A replacement follows
 * from the secret and the key: a table of replacements would keep every secret that there ever was.
 */
export class Secrets {
  readonly #key: Uint8Array;

  /** @param key random bytes that nobody learns: otherwise short secrets could be found out by trying */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  standInFor(secret: string): string {
    const digest = new Bun.CryptoHasher("sha256", this.#key).update(secret).digest("hex");
    return `(left out ${digest.slice(0, DIGITS)})`;
  }
}

/**
 * @param secrets null: all secrets get one replacement, because nothing compares them
 * @throws TypeError: the value is neither plain data, a map nor a set
 */
export function encode(value: unknown, secrets: Secrets | null = null): RecordedJson {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map((item) => encode(item, secrets));
  if (value instanceof Map) {
    return {
      map: [...value].map(([key, entry]) => [encode(key, secrets), encodeEntry(key, entry, secrets)]),
    };
  }
  if (value instanceof Set) return { set: [...value].map((item) => encode(item, secrets)) };
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} cannot be recorded`);
  if (Symbol.iterator in value) throw new TypeError("a collection of another class cannot be recorded");
  const encoded: Record<string, RecordedJson> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) encoded[key] = encodeEntry(key, member, secrets);
  }
  return encoded;
}

function encodeEntry(key: unknown, entry: unknown, secrets: Secrets | null): RecordedJson {
  const isSecret = typeof key === "string" && typeof entry === "string" && SECRET_KEY.test(key);
  if (!isSecret) return encode(entry, secrets);
  return secrets === null ? "(left out)" : secrets.standInFor(entry);
}

export function decode(json: RecordedJson): unknown {
  if (json === null || typeof json !== "object") return json;
  if (isList(json)) return json.map(decode);
  const keys = Object.keys(json);
  if (keys.length === 1) {
    const { map, set } = json;
    if (isList(map)) return new Map(map.map(decodeEntry));
    if (isList(set)) return new Set(set.map(decode));
  }
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, decode(member)]));
}

function decodeEntry(entry: RecordedJson): [unknown, unknown] {
  const [key = null, value = null] = isList(entry) ? entry : [];
  return [decode(key), decode(value)];
}

function isList(json: RecordedJson | undefined): json is readonly RecordedJson[] {
  return Array.isArray(json);
}

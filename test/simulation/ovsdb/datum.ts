/**
 * Values as an OVSDB server holds them (RFC 7047 section 3.2): sets and maps with their keys in order, each key once.
 * A datum never changes; an operation answers another one.
 */

export type Atom = string | number | boolean;

export interface Datum {
  readonly keys: readonly Atom[];
  /** One for each key of a map; null for a set, of which an atom is the case with one member. */
  readonly values: readonly Atom[] | null;
}

export const EMPTY_SET: Datum = { keys: [], values: null };
export const EMPTY_MAP: Datum = { keys: [], values: [] };

export function compareAtoms(a: Atom, b: Atom): number {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  return Number(a) - Number(b);
}

/** A datum of these members; null when a key comes twice. */
export function sorted(keys: readonly Atom[], values: readonly Atom[] | null): Datum | null {
  if (keys.length < 2) return { keys, values };
  const order = keys.map((_, at) => at).sort((a, b) => compareAtoms(atomAt(keys, a), atomAt(keys, b)));
  const sortedKeys = order.map((at) => atomAt(keys, at));
  if (sortedKeys.some((key, at) => at > 0 && key === sortedKeys[at - 1])) return null;
  return { keys: sortedKeys, values: values === null ? null : order.map((at) => atomAt(values, at)) };
}

function atomAt(atoms: readonly Atom[], at: number): Atom {
  const atom = atoms[at];
  if (atom === undefined) throw new RangeError(`no atom ${at}`);
  return atom;
}

export function equalDatums(a: Datum, b: Datum): boolean {
  if (a === b) return true;
  if (a.keys.length !== b.keys.length) return false;
  for (let i = 0; i < a.keys.length; i++) {
    if (a.keys[i] !== b.keys[i]) return false;
    if (a.values !== null && b.values !== null && a.values[i] !== b.values[i]) return false;
  }
  return true;
}

/** The member of `datum` at `at` is one of `other`: for maps the value counts where both have values. */
function isMember(datum: Datum, at: number, other: Datum): boolean {
  const found = other.keys.indexOf(atomAt(datum.keys, at));
  if (found === -1) return false;
  return datum.values === null || other.values === null || datum.values[at] === other.values[found];
}

export function includesAll(part: Datum, whole: Datum): boolean {
  return part.keys.every((_, at) => isMember(part, at, whole));
}

export function excludesAll(part: Datum, whole: Datum): boolean {
  return !part.keys.some((_, at) => isMember(part, at, whole));
}

/** What `a` has, and of `b` the members whose keys `a` lacks. */
export function union(a: Datum, b: Datum): Datum {
  const added = b.keys.flatMap((key, at) => (a.keys.includes(key) ? [] : [at]));
  if (added.length === 0) return a;
  const { values } = b;
  const keys = [...a.keys, ...added.map((at) => atomAt(b.keys, at))];
  const all =
    a.values === null || values === null ? null : [...a.values, ...added.map((at) => atomAt(values, at))];
  return sorted(keys, all) ?? a;
}

/** What `a` has without the members of `b`; a `b` without values takes keys away, whatever their values. */
export function subtract(a: Datum, b: Datum): Datum {
  return filtered(a, (at) => !isMember(a, at, b));
}

export function filtered(a: Datum, keep: (at: number) => boolean): Datum {
  const kept = a.keys.flatMap((_, at) => (keep(at) ? [at] : []));
  if (kept.length === a.keys.length) return a;
  const { values } = a;
  return {
    keys: kept.map((at) => atomAt(a.keys, at)),
    values: values === null ? null : kept.map((at) => atomAt(values, at)),
  };
}

/** What takes `old` to `now` in an `update2`: members of one of them, and the new values of keys in both. */
export function difference(old: Datum, now: Datum): Datum {
  const gone = filtered(old, (at) => !now.keys.includes(atomAt(old.keys, at)));
  const come = filtered(now, (at) => !isMember(now, at, old));
  return union(gone, come);
}

/** A text that is the same for equal data of one type. */
export function textOf({ keys, values }: Datum): string {
  return JSON.stringify(values === null ? keys : [keys, values]);
}

/**
 * An index whose rows have an order: by the first part, then by the second part, and so on. It finds equal values and ranges.
 *
 * The keys are sorted when somebody asks for a range. A few keys that changed since the last question are moved one by one; many
 * keys, as after a load, are sorted together.
 */
import type { KeyPart, RowIndex } from "../replica/selection.ts";
import { compose, type PartReader, partReaders, valuesOf } from "../replica/table-index.ts";
import type { Bounds, OrderedParts } from "../replica/view.ts";
import type { Row } from "../schema/schema.ts";

export type { Bounds, OrderedParts, OrderedView } from "../replica/view.ts";

/**
 * Declares an ordered index on these parts, for a session's `indexes`; a part is a column, or a map column with a key. Null
 * comes before every value, and false before true; numbers have their order, and text has that of its UTF-16 code units.
 */
export function ordered<const Parts extends readonly string[]>(...parts: Parts): OrderedParts<Parts> {
  return { parts, make: () => new OrderedIndex(parts) };
}

/** The most changed keys that are moved one by one. */
const FEW = 16;

interface Entry {
  readonly key: KeyPart;
  readonly values: readonly KeyPart[];
  readonly rows: Set<Row>;
  isListed: boolean;
}

export class OrderedIndex implements RowIndex {
  readonly #readers: readonly PartReader[];
  readonly #byKey = new Map<KeyPart, Entry>();
  /** The entries in order; an entry in `#changed` may be missing, or have no rows. */
  #entries: Entry[] = [];
  readonly #changed = new Set<Entry>();

  constructor(parts: readonly string[]) {
    this.#readers = partReaders(parts);
  }

  find(...values: readonly KeyPart[]): readonly Row[] {
    if (values.length !== this.#readers.length)
      throw new RangeError(
        `the index has ${this.#readers.length} parts, and ${values.length} values were given`,
      );
    return [...(this.#byKey.get(compose(values))?.rows ?? [])];
  }

  /**
   * The rows between the bounds, in order, each once. A bound gives the values of the first parts, or of all parts: every key that
   * begins with these values is at the bound. Throws for a bound with more values than parts.
   */
  range(bounds: Bounds<readonly KeyPart[]> = {}): readonly Row[] {
    for (const bound of [bounds.from, bounds.after, bounds.to, bounds.before])
      if (bound !== undefined && bound.length > this.#readers.length)
        throw new RangeError(`the index has ${this.#readers.length} parts, and a bound has ${bound.length}`);
    this.#settle();
    const { from = [], after, to = [], before } = bounds;
    const start = Math.max(
      this.#firstAt((entry) => compareKeys(entry.values, from) >= 0),
      after === undefined ? 0 : this.#firstAt((entry) => compareKeys(entry.values, after) > 0),
    );
    const end = Math.min(
      this.#firstAt((entry) => compareKeys(entry.values, to) > 0),
      before === undefined
        ? this.#entries.length
        : this.#firstAt((entry) => compareKeys(entry.values, before) >= 0),
    );
    const { limit = Number.POSITIVE_INFINITY, reverse = false } = bounds;
    const found = new Set<Row>();
    for (let n = 0; n < end - start && found.size < limit; n++) {
      const entry = this.#entries[reverse ? end - 1 - n : start + n];
      for (const row of entry?.rows ?? []) if (found.size < limit) found.add(row);
    }
    return [...found];
  }

  replace(old: Row | null, next: Row | null): void {
    if (old !== null) for (const values of valuesOf(this.#readers, old)) this.#remove(values, old);
    if (next !== null) for (const values of valuesOf(this.#readers, next)) this.#add(values, next);
  }

  #add(values: readonly KeyPart[], row: Row): void {
    const key = compose(values);
    let entry = this.#byKey.get(key);
    if (entry === undefined) {
      entry = { key, values, rows: new Set(), isListed: false };
      this.#byKey.set(key, entry);
      this.#changed.add(entry);
    }
    entry.rows.add(row);
  }

  #remove(values: readonly KeyPart[], row: Row): void {
    const entry = this.#byKey.get(compose(values));
    if (entry === undefined) return;
    entry.rows.delete(row);
    if (entry.rows.size > 0) return;
    if (entry.isListed) this.#changed.add(entry);
    else {
      // Otherwise every key that came and went would stay until somebody asks for a range.
      this.#byKey.delete(entry.key);
      this.#changed.delete(entry);
    }
  }

  /** Brings the list in order up to date. */
  #settle(): void {
    const coming: Entry[] = [];
    const going: Entry[] = [];
    for (const entry of this.#changed) {
      const isEmpty = entry.rows.size === 0;
      if (isEmpty) this.#byKey.delete(entry.key);
      if (entry.isListed && isEmpty) going.push(entry);
      if (!entry.isListed && !isEmpty) coming.push(entry);
      entry.isListed = !isEmpty;
    }
    this.#changed.clear();
    if (coming.length + going.length > FEW) {
      const entries = going.length === 0 ? this.#entries : this.#entries.filter(({ isListed }) => isListed);
      this.#entries = [...entries, ...coming].sort((a, b) => compareKeys(a.values, b.values));
      return;
    }
    for (const entry of going) this.#entries.splice(this.#placeOf(entry), 1);
    for (const entry of coming) this.#entries.splice(this.#placeOf(entry), 0, entry);
  }

  #placeOf({ values }: Entry): number {
    return this.#firstAt((entry) => compareKeys(entry.values, values) >= 0);
  }

  /** The number of the first entry for which `isThere` is true; it is true for all later entries. */
  #firstAt(isThere: (entry: Entry) => boolean): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && isThere(entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Compares a key with a bound, by the parts of the bound. */
function compareKeys(values: readonly KeyPart[], bound: readonly KeyPart[]): number {
  for (let n = 0; n < bound.length; n++) {
    const order = compareParts(values[n] ?? null, bound[n] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: KeyPart, b: KeyPart): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

/**
 * Where a long JSON text can be cut, found while its bytes come in: an object that is long, of the depths in which the rows of
 * a table stand, is parsed later, in slices of whole members. What is short is in nobody's list, so that an outline takes a
 * few words for each slice of a text, however many rows that has.
 *
 * Invariants: only brackets, commas and their depth are looked at, outside of strings; whether what stands between two cuts
 * is JSON is found out when that is parsed. An object that holds a long one is not long itself.
 */

/** The bytes from `start` to before `end`. */
export interface Slice {
  readonly start: number;
  readonly end: number;
}

/** An object with its brackets, and its members without the commas between the slices. */
export interface LongObject extends Slice {
  readonly slices: readonly Slice[];
}

/** Of the rows of a table: in the reply to `monitor_cond_since` 4, to the older monitors 3; in a schema the tables and columns. */
const MIN_DEPTH = 3;
export const MAX_DEPTH = 4;

/** What is known of the container of a depth while it is open. */
interface Level {
  start: number;
  /** It is an object, and holds no long one. */
  canBeCut: boolean;
  /** Where the slice begins that is being collected. */
  run: number;
  slices: Slice[];
}

const NOTHING: readonly LongObject[] = [];

export class Outliner {
  readonly #sliceBytes: number;
  readonly #levels = new Map<number, Level>();
  #long: LongObject[] = [];

  /** @param sliceBytes the longest run of members that is not cut */
  constructor(sliceBytes: number) {
    this.#sliceBytes = sliceBytes;
  }

  /** An opening bracket at the offset `at`; `depth` is 1 for the text's own. */
  open(depth: number, at: number, isObject: boolean): void {
    if (depth >= MIN_DEPTH)
      this.#levels.set(depth, { start: at, canBeCut: isObject, run: at + 1, slices: [] });
  }

  /** A comma in the container of this depth. */
  comma(depth: number, at: number): void {
    const level = this.#levels.get(depth);
    if (level === undefined || at - level.run < this.#sliceBytes) return;
    level.slices.push({ start: level.run, end: at });
    level.run = at + 1;
  }

  /** A closing bracket. */
  close(depth: number, at: number, isObject: boolean): void {
    const level = this.#levels.get(depth);
    if (level === undefined || level.slices.length === 0 || !level.canBeCut || !isObject) return;
    const slices = [...level.slices, { start: level.run, end: at }];
    this.#long.push({ start: level.start, end: at + 1, slices });
    const outer = this.#levels.get(depth - 1);
    if (outer !== undefined) outer.canBeCut = false;
  }

  /** The long objects of the text that has ended, in its order. */
  take(): readonly LongObject[] {
    if (this.#long.length === 0) return NOTHING;
    const long = this.#long;
    this.#long = [];
    return long;
  }
}

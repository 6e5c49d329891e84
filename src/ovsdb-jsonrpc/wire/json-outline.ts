/**
 * Where a long JSON text can be cut, found while its bytes come in: an object that is long, of the depths in which the rows
 * of a table stand, is parsed later, in slices of whole members. What is short is in nobody's list, so that an outline takes
 * a word for each member and a few for each slice of a text.
 *
 * Invariants: only brackets, commas, colons and their depth are looked at, outside of strings; in an object that is cut a
 * colon and a comma take turns, and whether what stands between them is JSON is found out when that is parsed. An object that
 * holds a long one is not long itself.
 */

/** Whole members: the bytes from `start` to before `end`, with the offsets of the colons behind their names. */
export interface Slice {
  readonly start: number;
  readonly end: number;
  readonly colons: readonly number[];
}

/** An object, from its opening bracket to before `end`; the commas between its slices are in none of them. */
export interface LongObject {
  readonly start: number;
  readonly end: number;
  readonly slices: readonly Slice[];
}

/**
 * Of the rows of a table: in the reply to `monitor_cond_since` 4, to the older monitors 3. In a schema the tables, and each
 * of them.
 */
const MIN_DEPTH = 3;
export const MAX_DEPTH = 4;

/** What is known of the container of a depth while it is open. */
interface Level {
  start: number;
  /** It is an object, is made as one so far, and holds no long one. */
  canBeCut: boolean;
  /** A colon was the last, and not a comma. */
  inValue: boolean;
  /** Where the slice begins that is being collected, and the colons in it. */
  run: number;
  colons: number[];
  slices: Slice[];
}

const NOTHING: readonly LongObject[] = [];

export class Outliner {
  readonly #sliceBytes: number;
  /** By depth. */
  readonly #levels: (Level | undefined)[] = new Array(MAX_DEPTH + 1).fill(undefined);
  #long: LongObject[] = [];

  /** @param sliceBytes the longest run of members that is not cut */
  constructor(sliceBytes: number) {
    this.#sliceBytes = sliceBytes;
  }

  /** An opening bracket at the offset `at`; `depth` is 1 for the text's own. */
  open(depth: number, at: number, isObject: boolean): void {
    if (depth < MIN_DEPTH) return;
    const level = { start: at, canBeCut: isObject, inValue: false, run: at + 1, colons: [], slices: [] };
    this.#levels[depth] = level;
  }

  /** A colon in the container of this depth. */
  colon(depth: number, at: number): void {
    const level = this.#levels[depth];
    if (level === undefined || !level.canBeCut) return;
    if (level.inValue) giveUp(level);
    else {
      level.inValue = true;
      level.colons.push(at);
    }
  }

  /** A comma in the container of this depth. */
  comma(depth: number, at: number): void {
    const level = this.#levels[depth];
    if (level === undefined || !level.canBeCut) return;
    if (!level.inValue) giveUp(level);
    else {
      level.inValue = false;
      if (at - level.run >= this.#sliceBytes) cut(level, at);
    }
  }

  /** A closing bracket. */
  close(depth: number, at: number, isObject: boolean): void {
    const level = this.#levels[depth];
    if (level === undefined || level.slices.length === 0) return;
    if (!level.canBeCut || !level.inValue || !isObject) return;
    cut(level, at);
    this.#long.push({ start: level.start, end: at + 1, slices: level.slices });
    const outer = this.#levels[depth - 1];
    if (outer !== undefined) giveUp(outer);
  }

  /** The long objects of the text that has ended, in its order. */
  take(): readonly LongObject[] {
    if (this.#long.length === 0) return NOTHING;
    const long = this.#long;
    this.#long = [];
    this.#levels.fill(undefined);
    return long;
  }
}

/** It is parsed with what is around it; what was noted is no longer of use. */
function giveUp(level: Level): void {
  level.canBeCut = false;
  level.colons = [];
  level.slices = [];
}

function cut(level: Level, end: number): void {
  level.slices.push({ start: level.run, end, colons: level.colons });
  level.run = end + 1;
  level.colons = [];
}

/**
 * Finds where a long JSON text can be cut, while its bytes arrive. A long object at the depth of a table's rows is parsed later, in
 * slices of whole members. Short objects are not noted, so that an outline takes one word for each member and a few words for each
 * slice.
 *
 * Invariants: the outline reads only brackets, commas, colons and their depth, outside of strings. In an object that is cut, colons
 * and commas alternate; the parser finds out whether the text between them is JSON. An object that contains a long object is not
 * long itself.
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
 * The smallest depth of a table's rows: 4 in the reply to `monitor_cond_since`, 3 in the replies to older monitors. In a schema,
 * the tables and each table have these depths.
 */
const MIN_DEPTH = 3;
export const MAX_DEPTH = 4;

/** An open container of a depth. */
interface Level {
  start: number;
  /** True: the container is a well-formed object so far, and contains no long object. */
  canBeCut: boolean;
  /** True: a colon was the last separator, not a comma. */
  inValue: boolean;
  /** The start of the present slice, and its colons. */
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

/** Gives up the notes on a container that is parsed together with its surroundings. */
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

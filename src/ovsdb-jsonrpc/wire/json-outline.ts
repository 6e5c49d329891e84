/**
 * Where a long JSON text can be cut, found while its bytes come in.
 *
 * An object or array of the first few levels that is long is a `Container` of parts: slices of whole members of about
 * `sliceBytes`, and the members whose values are long containers themselves. What is short is in nobody's list, so that an
 * outline takes a few words for each slice of a text, however many rows that has.
 *
 * Invariant: only brackets, commas and their depth are looked at, outside of strings. Whether what stands between two cuts
 * is JSON is found out when that is parsed; what stands in no slice, because it is behind a long value, is in `gaps`.
 */

/** The bytes from `start` to before `end`. */
export interface Slice {
  readonly start: number;
  readonly end: number;
}

export interface Container {
  readonly isArray: boolean;
  readonly parts: readonly Part[];
  /** What stands between a long value and the comma or bracket behind that: white space. */
  readonly gaps: readonly Slice[];
  /** Brackets of two kinds, or two values side by side: no JSON. */
  readonly broken: boolean;
}

/** Whole members or elements without the commas around them, or what precedes a long value in its member. */
export interface Part extends Slice {
  /** The slice ends with the name and the colon in an object, and is empty in an array. */
  readonly value?: Container;
}

/** A message, its result, the tables, the rows of a table. */
export const OUTLINED_DEPTH = 4;

/** What is known of the container of a level while it is open. */
interface Level {
  start: number;
  isArray: boolean;
  /** Where the slice begins that is being collected, and the member that is being read. */
  run: number;
  member: number;
  /** Where a long value has ended that nothing but white space has followed; -1: none. */
  longEnd: number;
  parts: Part[];
  gaps: Slice[];
  broken: boolean;
}

export class Outliner {
  readonly #sliceBytes: number;
  readonly #levels: readonly Level[] = Array.from({ length: OUTLINED_DEPTH }, newLevel);

  constructor(sliceBytes: number) {
    this.#sliceBytes = sliceBytes;
  }

  /** An opening bracket at the offset `at`; `depth` is 1 for the text's own. */
  open(depth: number, at: number, isArray: boolean): void {
    const level = this.#level(depth);
    level.start = at;
    level.isArray = isArray;
    level.run = at + 1;
    level.member = at + 1;
  }

  /** A comma in the container of this depth. */
  comma(depth: number, at: number): void {
    const level = this.#level(depth);
    const { run, longEnd } = level;
    level.member = at + 1;
    if (longEnd === -1) {
      if (at - run < this.#sliceBytes) return;
      level.parts.push({ start: run, end: at });
    } else leaveLong(level, at);
    level.run = at + 1;
  }

  /** A closing bracket; answers the outline of what it closes when that is long. */
  close(depth: number, at: number, isArray: boolean): Container | null {
    const level = this.#level(depth);
    if (at + 1 - level.start <= this.#sliceBytes) return null;
    if (level.longEnd === -1) level.parts.push({ start: level.run, end: at });
    else leaveLong(level, at);
    const { parts, gaps } = level;
    const container = { isArray, parts, gaps, broken: level.broken || isArray !== level.isArray };
    level.parts = [];
    level.gaps = [];
    level.broken = false;
    if (depth > 1) this.#enterLong(this.#level(depth - 1), level.start, at + 1, container);
    return container;
  }

  #enterLong(parent: Level, start: number, end: number, value: Container): void {
    if (parent.longEnd !== -1) parent.broken = true;
    if (parent.run < parent.member) parent.parts.push({ start: parent.run, end: parent.member - 1 });
    parent.parts.push({ start: parent.member, end: start, value });
    parent.longEnd = end;
  }

  #level(depth: number): Level {
    const level = this.#levels[depth - 1];
    if (level === undefined) throw new RangeError(`nothing is outlined at depth ${depth}`);
    return level;
  }
}

function newLevel(): Level {
  return { start: 0, isArray: false, run: 0, member: 0, longEnd: -1, parts: [], gaps: [], broken: false };
}

function leaveLong(level: Level, at: number): void {
  if (level.longEnd < at) level.gaps.push({ start: level.longEnd, end: at });
  level.longEnd = -1;
}

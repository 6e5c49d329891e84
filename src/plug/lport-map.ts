/**
 * Data by logical port. What the nodes of one engine hold about a port lies side by side, so that its name is looked up
 * once, and not in a map of every node: with 100,000 ports each look-up is a wait for memory, and so is each value that
 * lies elsewhere.
 *
 * Invariants: a place is one name's as long as any node holds something there. Which place that is decides nothing but
 * how long a look-up takes, and the order in which the maps are walked, which is the same for all of them.
 */

/** The nodes with data by logical port, in the order in which a change of one port asks for them. */
const NODES = ["port_binding", "lport", "intent", "attempt", "answer", "plug"] as const;
type LportNode = (typeof NODES)[number];

const NAME = NODES.length;
const WIDTH = NODES.length + 1;

/** For a node: what makes its empty map in an engine, instead of the one that it had there. */
export type ByLport = <V extends object>(node: LportNode) => (engine: object) => LportMap<V>;

/** Makes the maps of one graph's nodes; each engine that the nodes are put in has its own places. */
export function lportMaps(): ByLport {
  const placesOf = new WeakMap<object, LportPlaces>();
  return <V extends object>(node: LportNode) =>
    (engine: object) => {
      const places = placesOf.get(engine) ?? new LportPlaces();
      placesOf.set(engine, places);
      const map = new LportMap<V>(places, NODES.indexOf(node));
      map.clear();
      return map;
    };
}

/** Below so many places it is not worth looking for those that nobody uses any more. */
const FEW = 64;

/** A name, and what each node holds about it, for every logical port. A place is the number of a port's first cell. */
class LportPlaces {
  readonly cells: unknown[] = [];
  readonly #placeOf = new Map<string, number>();
  readonly #free: number[] = [];
  #reclaimAt = FEW;
  /** The place that was looked up last: it is nearly always asked for again, by the next node. */
  #last = 0;
  /** The last two that were looked up are neighbours; then the next one probably is, too. */
  #walks = false;

  /** @returns -1: the name has no place */
  find(name: string): number {
    const last = this.#last;
    if (this.cells[last + NAME] === name) return last;
    const next = last + WIDTH;
    if (this.#walks && this.cells[next + NAME] === name) {
      this.#last = next;
      return next;
    }
    const place = this.#placeOf.get(name);
    if (place === undefined) return -1;
    this.#walks = place === next;
    this.#last = place;
    return place;
  }

  findOrTake(name: string): number {
    const known = this.find(name);
    if (known >= 0) return known;
    if (this.#free.length === 0 && this.cells.length >= WIDTH * this.#reclaimAt) this.#reclaim();
    const place = this.#free.pop() ?? this.cells.length;
    // An array with gaps would be a slow one.
    if (place === this.cells.length) for (const _ of NODES) this.cells.push(undefined);
    this.cells[place + NAME] = name;
    this.#placeOf.set(name, place);
    this.#last = place;
    return place;
  }

  /** The name of a taken place. Whoever walks one map goes on to look that name up in the others. */
  visit(place: number): string {
    this.#last = place;
    return String(this.cells[place + NAME]);
  }

  /** Frees the places that nobody uses; the next time is when there are twice as many as are used now. */
  #reclaim(): void {
    for (let place = this.cells.length - WIDTH; place >= 0; place -= WIDTH) {
      if (NODES.some((_, column) => this.cells[place + column] !== undefined)) continue;
      this.#placeOf.delete(this.visit(place));
      this.cells[place + NAME] = undefined;
      this.#free.push(place);
    }
    this.#reclaimAt = Math.max(FEW, 2 * (this.cells.length / WIDTH - this.#free.length));
  }
}

/**
 * As a Map, but for its order. It may be changed while it is walked; what is added then may be visited, or not.
 */
export class LportMap<V extends object> implements ReadonlyMap<string, V> {
  readonly #places: LportPlaces;
  readonly #cells: unknown[];
  readonly #column: number;
  #size = 0;

  constructor(places: LportPlaces, column: number) {
    this.#places = places;
    this.#cells = places.cells;
    this.#column = column;
  }

  get size(): number {
    return this.#size;
  }

  get(name: string): V | undefined {
    const place = this.#places.find(name);
    return place < 0 ? undefined : this.#at(place);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  set(name: string, value: V): this {
    const cell = this.#places.findOrTake(name) + this.#column;
    if (this.#cells[cell] === undefined) this.#size++;
    this.#cells[cell] = value;
    return this;
  }

  delete(name: string): boolean {
    const place = this.#places.find(name);
    if (place < 0 || this.#at(place) === undefined) return false;
    this.#cells[place + this.#column] = undefined;
    this.#size--;
    return true;
  }

  clear(): void {
    for (let cell = this.#column; cell < this.#cells.length; cell += WIDTH) this.#cells[cell] = undefined;
    this.#size = 0;
  }

  /** The fastest walk, for recomputes. */
  forEach(visit: (value: V, name: string, map: ReadonlyMap<string, V>) => void): void {
    for (let place = 0; place < this.#cells.length; place += WIDTH) {
      const value = this.#at(place);
      if (value !== undefined) visit(value, this.#places.visit(place), this);
    }
  }

  *entries(): MapIterator<[string, V]> {
    for (let place = 0; place < this.#cells.length; place += WIDTH) {
      const value = this.#at(place);
      if (value !== undefined) yield [this.#places.visit(place), value];
    }
  }

  *keys(): MapIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): MapIterator<V> {
    for (let place = 0; place < this.#cells.length; place += WIDTH) {
      const value = this.#at(place);
      if (value !== undefined) yield value;
    }
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  #at(place: number): V | undefined {
    // Nobody else writes to the column of this map, so it holds what `set` was given.
    return this.#cells[place + this.#column] as V | undefined;
  }
}

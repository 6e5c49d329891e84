/** The part of @tanstack/db-ivm that the comparison uses, so that the project compiles where it is not installed. */
declare module "@tanstack/db-ivm" {
  export class MultiSet<T> {
    constructor(data: [T, number][]);
    getInner(): [T, number][];
  }
  interface Stream<T> {
    pipe<A, B, C, D>(a: Operator<T, A>, b: Operator<A, B>, c: Operator<B, C>, d: Operator<C, D>): Stream<D>;
  }
  interface Input<T> extends Stream<T> {
    sendData(data: MultiSet<T>): void;
  }
  type Operator<A, B> = (stream: Stream<A>) => Stream<B>;
  export class D2 {
    newInput<T>(): Input<T>;
    finalize(): void;
    run(): void;
  }
  export function filter<T>(keep: (item: T) => boolean): Operator<T, T>;
  export function join<K, A, B>(
    other: Stream<[K, B]>,
    type: "inner",
  ): Operator<[K, A], [K, [A | null, B | null]]>;
  export function map<A, B>(change: (item: A) => B): Operator<A, B>;
  export function output<T>(take: (data: MultiSet<T>) => void): Operator<T, T>;
}

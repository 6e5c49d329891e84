/**
 * What a graph is made of: nodes as immutable values, and what their functions end with.
 *
 * Invariants: a definition holds no data, so any number of engines can be made of the same nodes; the data of a node
 * is a pure outcome of its inputs (and, for input and run nodes, of what entered through them); a node's functions
 * change nothing but that node's own data and changes.
 */
import type { Cause } from "./cause.ts";

/**
 * - input: data enters by `engine.push`
 * - run: `run` asks the outside and is called when `engine.poke` says there may be something new
 * - derived, output: data follow from the inputs; an output is what the caller reads
 */
export type Kind = "input" | "run" | "derived" | "output";

type Updated = { readonly kind: "updated"; readonly tracked: boolean };
type Unchanged = { readonly kind: "unchanged" };
type Unhandled = { readonly kind: "unhandled"; readonly reason: string; readonly cause?: Cause | undefined };
export type Noop = { readonly kind: "noop"; readonly reason: string };
/** What a handler and `apply` end with; a recompute (`run`) cannot give up. */
export type HandlerResult = Updated | Unchanged | Unhandled;
export type RecomputeResult = Updated | Unchanged;

/**
 * The data changed. From a handler or `apply`: `changes` say what changed. From `run`: anything may have changed, so
 * the nodes after it are recomputed.
 */
export const updated: Updated = Object.freeze({ kind: "updated", tracked: false });

/** From `run`: the data changed, and `changes` say exactly what, so the nodes after it may use their handlers. */
export const updatedTracked: Updated = Object.freeze({ kind: "updated", tracked: true });

/** The data did not change: nodes after this one have nothing to do. */
export const unchanged: Unchanged = Object.freeze({ kind: "unchanged" });

/**
 * The change cannot be handled, so the node is recomputed; from `apply`: it was applied, but not tracked.
 * @param cause the row's own cause, when the handler knows which row it was
 */
export function unhandled(reason: string, cause?: Cause): Unhandled {
  return { kind: "unhandled", reason, cause };
}

/** In place of a handler: changes of this input never change the node, for the reason given. */
export function noop(reason: string): Noop {
  return Object.freeze({ kind: "noop", reason });
}

/** Deeply read-only: how a node sees the data of others. */
export type Reading<T> = T extends ((...args: never[]) => unknown) | string | number | boolean
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<K, Reading<V>>
    : T extends ReadonlySet<infer V>
      ? ReadonlySet<Reading<V>>
      : T extends object
        ? { readonly [P in keyof T]: Reading<T[P]> }
        : T;

interface Definition<D, C> {
  /** Unique in its graph. */
  readonly name: string;
  /** Makes the initial data. */
  data(): D;
  /** Makes an empty set of tracked changes. A node without it has data small enough to be looked at whole. */
  changes?(): C;
}

/** A node as the engine handles it: `D` is its data, `C` its tracked changes (undefined: none). */
export interface GraphNode<D = unknown, C = unknown> extends Definition<D, C> {
  readonly kind: Kind;
  readonly inputs: Inputs;
  readonly handlers: Readonly<Record<string, AnyFunction | Noop | undefined>>;
  apply?(batch: unknown, context: Own<unknown, unknown>): HandlerResult;
  run?(context: Omit<Context, "input">): RecomputeResult;
}
/** The inputs of a node, by the names its functions use for them. */
export type Inputs = Readonly<Record<string, GraphNode>>;
export type RunNode<D, C> = GraphNode<D, C> & { readonly kind: "run" };
export type InputNode<D, C, B> = GraphNode<D, C> & InputDefinition<D, C, B> & { readonly kind: "input" };

type DataOf<N> = N extends GraphNode<infer D, infer _> ? D : never;
type ChangesOf<N> = N extends GraphNode<infer _, infer C> ? C : never;

/** What a node's function may write, and the cause of what it is called for. */
export interface Own<D, C> {
  readonly data: D;
  readonly changes: C;
  readonly cause: Cause;
}

/** What `run` sees: the inputs' data, not their changes, because a recompute may follow from no change at all. */
export interface RunContext<I extends Inputs, D, C> extends Own<D, C> {
  readonly inputs: { readonly [P in keyof I]: { readonly data: Reading<DataOf<I[P]>> } };
}

/** What a handler sees: also the one input that changed, with its tracked changes. */
export interface HandlerContext<I extends Inputs, P extends keyof I, D, C> extends RunContext<I, D, C> {
  readonly input: { readonly data: Reading<DataOf<I[P]>>; readonly changes: Reading<ChangesOf<I[P]>> };
}

/** The one object behind every context type: the engine keeps one for each node and allocates none per call. */
export interface Context extends Own<unknown, unknown> {
  readonly inputs: object;
  readonly input: object;
}
/** A function whose node's types are not known here. (The parameters of a method are compared both ways.) */
export type AnyFunction = { call(context: Context): HandlerResult | undefined }["call"];

export interface InputDefinition<D, C, B> extends Definition<D, C> {
  /** Applies one pushed batch to `data`, and notes in `changes` what changed. */
  apply(batch: B, context: Own<D, C>): HandlerResult;
}

export interface NodeDefinition<K extends Kind, I extends Inputs, D, C> extends Definition<D, C> {
  readonly kind: K;
  readonly inputs: I;
  /** Recompute: makes `data` right from the inputs alone, whatever it held before. */
  run(context: RunContext<NoInfer<I>, NoInfer<D>, NoInfer<C>>): RecomputeResult;
  /** For each input, a function that brings `data` up to date when it was updated. Without one: recompute. */
  readonly handlers?: Handlers<NoInfer<I>, NoInfer<D>, NoInfer<C>>;
}
type Handlers<I extends Inputs, D, C> = {
  readonly [P in keyof I]?: ((context: HandlerContext<I, P, D, C>) => HandlerResult) | Noop;
};

/** Defines a node that data enters by. */
export function input<D extends object, B, C extends object | undefined = undefined>(
  definition: InputDefinition<D, C, B>,
): InputNode<D, C, B> {
  return Object.freeze({ ...definition, kind: "input", inputs: {}, handlers: {} });
}

/** Defines a node that follows from other nodes. */
export function node<
  const K extends "run" | "derived" | "output",
  I extends Inputs,
  D extends object,
  C extends object | undefined = undefined,
>(definition: NodeDefinition<K, I, D, C>): GraphNode<D, C> & { readonly kind: K } {
  return Object.freeze({ ...definition, handlers: definition.handlers ?? {} });
}

/**
 * The definitions of a graph: nodes as immutable values, and the results of their functions.
 *
 * Invariants: a definition holds no data, so several engines can share the same nodes. The data of a node follow only from its
 * inputs (and, for input and run nodes, from the pushes and the source). The functions of a node change only the data and the
 * changes of that node.
 */
import type { Cause } from "./cause.ts";

/**
 * - input: data enters by `engine.push`
 * - run: `run` reads an outside source, and is called after `engine.poke`
 * - derived, output: data follow from the inputs; the caller reads outputs
 */
export type Kind = "input" | "run" | "derived" | "output";

type Updated = { readonly kind: "updated"; readonly tracked: boolean };
type Unchanged = { readonly kind: "unchanged" };
type Unhandled = { readonly kind: "unhandled"; readonly reason: string; readonly cause?: Cause | undefined };
export type Noop = { readonly kind: "noop"; readonly reason: string };
/** The result of a handler and of `apply`; a recompute (`run`) cannot give up. */
export type HandlerResult = Updated | Unchanged | Unhandled;
export type RecomputeResult = Updated | Unchanged;

/**
 * The data changed. From a handler or `apply`: `changes` hold the changes. From `run`: anything may have changed, so later nodes
 * are recomputed.
 */
export const updated: Updated = Object.freeze({ kind: "updated", tracked: false });

/** From `run`: the data changed, and `changes` hold exactly the changes, so later nodes may use their handlers. */
export const updatedTracked: Updated = Object.freeze({ kind: "updated", tracked: true });

/** The data did not change: later nodes have nothing to do. */
export const unchanged: Unchanged = Object.freeze({ kind: "unchanged" });

/**
 * The change cannot be handled, so the node is recomputed. From `apply`: the change was applied, but not tracked.
 * @param cause the cause of the row, when the handler knows the row
 */
export function unhandled(reason: string, cause?: Cause): Unhandled {
  return { kind: "unhandled", reason, cause };
}

/** Takes the place of a handler: changes of this input never change the node, for this reason. */
export function noop(reason: string): Noop {
  return Object.freeze({ kind: "noop", reason });
}

/** The deeply read-only type in which a node sees the data of others. */
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
  /** Makes an empty set of tracked changes; absent: the data are small enough to be read as a whole. */
  changes?(): C;
}

/** A node for the engine: `D` is its data, `C` its tracked changes (undefined: none). */
export interface GraphNode<D = unknown, C = unknown> extends Definition<D, C> {
  readonly kind: Kind;
  readonly inputs: Inputs;
  readonly handlers: Readonly<Record<string, AnyFunction | Noop | undefined>>;
  apply?(batch: unknown, context: Own<unknown, unknown>): HandlerResult;
  run?(context: Omit<Context, "input">): RecomputeResult;
}
/** The inputs of a node, by the names that its functions use. */
export type Inputs = Readonly<Record<string, GraphNode>>;
export type RunNode<D, C> = GraphNode<D, C> & { readonly kind: "run" };
export type InputNode<D, C, B> = GraphNode<D, C> & InputDefinition<D, C, B> & { readonly kind: "input" };

type DataOf<N> = N extends GraphNode<infer D, infer _> ? D : never;
type ChangesOf<N> = N extends GraphNode<infer _, infer C> ? C : never;

/** The members that a function of a node may write, and the cause of the call. */
export interface Own<D, C> {
  readonly data: D;
  readonly changes: C;
  readonly cause: Cause;
}

/** The context of `run`: the data of the inputs, without their changes, because a recompute may follow without a change. */
export interface RunContext<I extends Inputs, D, C> extends Own<D, C> {
  readonly inputs: { readonly [P in keyof I]: { readonly data: Reading<DataOf<I[P]>> } };
}

/** The context of a handler: also the changed input, with its tracked changes. */
export interface HandlerContext<I extends Inputs, P extends keyof I, D, C> extends RunContext<I, D, C> {
  readonly input: { readonly data: Reading<DataOf<I[P]>>; readonly changes: Reading<ChangesOf<I[P]>> };
}

/** The object behind every context type: the engine keeps one for each node, and allocates none in a call. */
export interface Context extends Own<unknown, unknown> {
  readonly inputs: object;
  readonly input: object;
}
/** A function of a node with unknown types. (TypeScript compares the parameters of a method in both directions.) */
export type AnyFunction = { call(context: Context): HandlerResult | undefined }["call"];

export interface InputDefinition<D, C, B> extends Definition<D, C> {
  /** Applies one pushed batch to `data`, and notes the changes in `changes`. */
  apply(batch: B, context: Own<D, C>): HandlerResult;
}

export interface NodeDefinition<K extends Kind, I extends Inputs, D, C> extends Definition<D, C> {
  readonly kind: K;
  readonly inputs: I;
  /** Recomputes `data` from the inputs alone, whatever `data` held before. */
  run(context: RunContext<NoInfer<I>, NoInfer<D>, NoInfer<C>>): RecomputeResult;
  /** For each input, the handler that brings `data` up to date after a change of the input; absent: recompute. */
  readonly handlers?: Handlers<NoInfer<I>, NoInfer<D>, NoInfer<C>>;
}
type Handlers<I extends Inputs, D, C> = {
  readonly [P in keyof I]?: ((context: HandlerContext<I, P, D, C>) => HandlerResult) | Noop;
};

/** Defines a node by which data enter. */
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

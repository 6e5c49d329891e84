/** The shadow check: compares the data that handlers keep up to date with a recompute from the raw inputs. */
import { isDeepStrictEqual } from "node:util";
import { Engine } from "../engine.ts";
import type { RunError } from "../result.ts";
import { GraphError } from "../slot.ts";

export interface Difference {
  readonly node: string;
  /**
   * The smallest differing key of a map or a set, after the names of the properties that lead to it (`byName.eth0`);
   * undefined where the data have no keys.
   */
  readonly key: string | undefined;
  /** The value of the engine under that key; undefined: none. */
  readonly ours: unknown;
  /** The value of the recompute. */
  readonly theirs: unknown;
}

export interface Verification {
  /** In topological order: the first difference is where the drift began. */
  readonly differences: readonly Difference[];
  /** Nodes that were not compared, because they are not valid in one of the engines. */
  readonly skipped: readonly string[];
  /** The errors that were thrown in the recompute. */
  readonly errors: readonly RunError[];
}

/**
 * An empty engine of the same nodes, for the caller to fill and to give to `verify`. Its run nodes copy the data of the first
 * engine, because their source is outside and may give another answer the second time.
 */
export function scratchOf(engine: Engine): Engine {
  const scratch = new Engine(engine.outputs);
  for (const slot of scratch.slots.values()) {
    if (slot.node.kind !== "run") continue;
    slot.context.data = engine.slots.get(slot.node)?.context.data;
    slot.edges = [];
    slot.pending = undefined;
  }
  return scratch;
}

/**
 * Runs `scratch` and compares every node's data with those of `engine`.
 * @param scratch made by `scratchOf(engine)`, with the whole content of every input node pushed to it
 * @throws GraphError busy: `engine` was asked for something since its last run
 */
export function verify(engine: Engine, scratch: Engine): Verification {
  if (engine.needsRun)
    throw new GraphError("busy", "changes wait for a run; verify compares an engine at rest");
  const { errors } = scratch.run();
  const differences: Difference[] = [];
  const skipped: string[] = [];
  for (const node of engine.slots.keys()) {
    if (!engine.isValid(node) || !scratch.isValid(node)) {
      skipped.push(node.name);
      continue;
    }
    const ours = engine.data(node);
    const theirs = scratch.data(node);
    if (isDeepStrictEqual(ours, theirs)) continue;
    differences.push({ node: node.name, ...smallestDifference(ours, theirs) });
  }
  return { differences, skipped, errors };
}

function smallestDifference(ours: unknown, theirs: unknown): Omit<Difference, "node"> {
  const [mine, other] = [entriesOf(ours), entriesOf(theirs)];
  const keys = [...new Set([...(mine?.keys() ?? []), ...(other?.keys() ?? [])])];
  const differing = keys.filter((key) => !isDeepStrictEqual(mine?.get(key), other?.get(key)));
  if (differing.length === 0) return { key: undefined, ours, theirs };
  const key = differing.reduce((a, b) => (comesBefore(b, a) ? b : a));
  const [left, right] = [mine?.get(key), other?.get(key)];
  if (ours instanceof Map || !isObject(left) || !isObject(right))
    return { key: String(key), ours: left, theirs: right };
  const deeper = smallestDifference(left, right);
  return { ...deeper, key: deeper.key === undefined ? String(key) : `${String(key)}.${deeper.key}` };
}

function isObject(data: unknown): data is object {
  return typeof data === "object" && data !== null;
}

function entriesOf(data: unknown): ReadonlyMap<unknown, unknown> | undefined {
  if (data instanceof Map) return data;
  if (data instanceof Set) return new Map([...data].map((key) => [key, true]));
  return isObject(data) ? new Map(Object.entries(data)) : undefined;
}

function comesBefore(a: unknown, b: unknown): boolean {
  return typeof a === "number" && typeof b === "number" ? a < b : String(a) < String(b);
}

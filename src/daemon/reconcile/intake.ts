/**
 * The intake of the graph: every push goes through here, is recorded if there is a recorder, and calls for a run.
 *
 * Invariant: nothing enters after the end.
 */
import type { Engine, InputNode, Verification } from "../../graph/index.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import type { AttemptBatch, TableInputs } from "../../plug/nodes/input-nodes.ts";
import { asInserts, type TableBatch } from "../../plug/rows.ts";
import { type Changes, type DatabaseName, keysOf, TABLE_KEYS, tables } from "../../plug/tables.ts";
import type { Recorder } from "../../record/recorder.ts";
import type { Source } from "./shadow-check.ts";

/** The changes, by table. */
export type AnyChanges = Readonly<Record<string, TableBatch<object>>>;

/** The label of the recompute after a difference was found. */
export const HEALED = "verify found a difference";

export interface IntakeOptions {
  readonly engine: Engine;
  readonly graph: PlugGraph;
  /** Records everything that enters the graph; null: no record. */
  readonly recorder: Recorder | null;
  readonly isClosed: () => boolean;
  /** Called when something has entered and a run has to follow. */
  readonly entered: () => void;
}

export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  push<Batch>(node: InputNode<unknown, unknown, Batch>, batch: NoInfer<Batch>, label: string): void {
    this.#options.recorder?.push(node.name, batch, label);
    this.#enter(node, batch, label);
  }

  pushTables<D extends DatabaseName>(database: D, changes: Changes<D> & AnyChanges, label: string): void {
    const inputs: TableInputs = this.#options.graph.inputs;
    for (const key of keysOf(database)) {
      this.pushRows<object>(inputs[key], changes[tables[key].table] ?? [], label);
    }
  }

  pushAttempts(batch: AttemptBatch, label: string): void {
    const { attempt } = this.#options.graph.inputs;
    this.#options.recorder?.pushAttempts(attempt.name, batch, label);
    this.#enter(attempt, batch, label);
  }

  /** Replaces the content of each input that differs from its source. */
  heal({ differences }: Verification, source: Source): void {
    const { engine, graph, recorder } = this.#options;
    const drifted = new Set(differences.map(({ node }) => node));
    const inputs: TableInputs = graph.inputs;
    for (const key of TABLE_KEYS) {
      const node = inputs[key];
      if (!drifted.has(node.name)) continue;
      const batch = asInserts(source(key));
      recorder?.replaceRows(node.name, batch, HEALED);
      engine.push<TableBatch<object>>(node, batch, { label: HEALED, reset: true });
    }
  }

  pushRows<Row>(
    node: InputNode<unknown, unknown, TableBatch<Row>>,
    batch: NoInfer<TableBatch<Row>>,
    label: string,
  ): void {
    if (batch.length === 0) return;
    this.#options.recorder?.pushRows(node.name, batch, label);
    this.#enter(node, batch, label);
  }

  #enter<Batch>(node: InputNode<unknown, unknown, Batch>, batch: NoInfer<Batch>, label: string): void {
    if (this.#options.isClosed()) return;
    this.#options.engine.push(node, batch, { label });
    this.#options.entered();
  }
}

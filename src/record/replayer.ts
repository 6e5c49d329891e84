/**
 * Repeats the decisions of a daemon from its record alone: the same graph gets the same batches in the same runs, with providers
 * that repeat their answers. No database, clock or real provider takes part, so the decisions are the same each time, byte for
 * byte.
 */
import * as v from "valibot";
import type { Engine, InputNode } from "../graph/index.ts";
import type { Attempt } from "../plug/attempt.ts";
import { type PlugGraph, plugGraph } from "../plug/graph.ts";
import type { TableInputs } from "../plug/nodes/input-nodes.ts";
import type { TableBatch } from "../plug/rows.ts";
import { TABLE_KEYS } from "../plug/tables.ts";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { type Decision, decisionsOf } from "./decision.ts";
import { headerSchema, type RecordedPush, type RecordedRun, runSchema } from "./format.ts";
import { decodeAttempts } from "./recorded-attempts.ts";
import {
  confirmedSchema,
  departureSchema,
  formerHostnamesSchema,
  localSessionSchema,
  otherChassisSchema,
  settingsSchema,
  southboundSchema,
} from "./recorded-inputs.ts";
import { decode } from "./recorded-json.ts";
import { RecordedProviders } from "./recorded-providers.ts";
import { RecordedTable } from "./recorded-table.ts";

export class Replayer {
  readonly #providers = new RecordedProviders();
  readonly #graph: PlugGraph;
  readonly #engine: Engine;
  readonly #enter: ReadonlyMap<string, (push: RecordedPush) => void>;
  #runs = 0;

  private constructor(settings: v.InferOutput<typeof settingsSchema>) {
    this.#graph = plugGraph(this.#providers, settings);
    this.#engine = this.#graph.engine();
    this.#enter = this.#entrances();
  }

  /** @param line the first line of a record */
  static start(line: string): Result<Replayer, string> {
    try {
      const header = v.parse(headerSchema, JSON.parse(line));
      return ok(new Replayer(v.parse(settingsSchema, decode(header.settings))));
    } catch (thrown) {
      return fail(`not a record that this version can replay: ${wordsOf(thrown)}`);
    }
  }

  /** @param line the next line: one run of the graph */
  step(line: string): Result<readonly Decision[], string> {
    try {
      return ok(this.#run(v.parse(runSchema, JSON.parse(line))));
    } catch (thrown) {
      return fail(wordsOf(thrown));
    }
  }

  #run(recorded: RecordedRun): readonly Decision[] {
    const expected = this.#runs + 1;
    if (recorded.run !== expected) throw new Error(`expected run ${expected}, received run ${recorded.run}`);
    this.#runs = expected;
    this.#providers.prepareFor(recorded);
    for (const push of recorded.pushes) {
      const enter = this.#enter.get(push.input);
      if (enter === undefined) throw new Error(`the graph has no input ${push.input}`);
      enter(push);
    }
    if (recorded.recompute !== undefined) this.#engine.recompute(recorded.recompute);
    this.#engine.poke(this.#graph.providerLookup, "before every decision");
    const result = this.#engine.run();
    const [fault] = result.errors;
    if (fault !== undefined) throw new Error(`node ${fault.node}: ${messageOf(fault.error)}`);
    this.#providers.assertAllAsked();
    return decisionsOf(recorded.run, result, this.#engine, this.#graph);
  }

  #entrances(): ReadonlyMap<string, (push: RecordedPush) => void> {
    const engine = this.#engine;
    const { inputs, plug, advice } = this.#graph;
    // The engine knows the attempts before this run; a run can have several attempts of one port.
    const attempts = new Map<string, Attempt | undefined>();
    const decided = {
      status: (lport: string) => engine.data(plug).get(lport),
      advice: (lport: string) => engine.data(advice).get(lport),
      attempt: (lport: string) => attempts.get(lport),
    };
    const decideAttempts = ({ batch }: RecordedPush) => {
      const decoded = decodeAttempts(batch, decided);
      for (const { lport, attempt } of decoded) attempts.set(lport, attempt ?? undefined);
      return decoded;
    };
    const entrances = new Map<string, (push: RecordedPush) => void>();
    const value = <Value>(
      node: InputNode<unknown, unknown, Value>,
      schema: v.GenericSchema<unknown, Value>,
    ) =>
      entrances.set(node.name, (push) =>
        engine.push(node, v.parse(schema, decode(push.batch)), optionsOf(push)),
      );
    value(inputs.settings, settingsSchema);
    value(inputs.localSession, localSessionSchema);
    value(inputs.confirmed, confirmedSchema);
    value(inputs.formerHostnames, formerHostnamesSchema);
    value(inputs.southbound, southboundSchema);
    value(inputs.departure, departureSchema);
    value(inputs.otherChassis, otherChassisSchema);
    entrances.set(inputs.attempt.name, (push) =>
      engine.push(inputs.attempt, decideAttempts(push), optionsOf(push)),
    );
    const nodes: TableInputs = inputs;
    for (const key of TABLE_KEYS) {
      const table = new RecordedTable(key);
      const node: InputNode<unknown, unknown, TableBatch<object>> = nodes[key];
      entrances.set(node.name, (push) => {
        const options = optionsOf(push);
        engine.push(node, table.batch(decode(push.batch), options.reset), options);
      });
    }
    return entrances;
  }
}

function optionsOf({ cause, reset }: RecordedPush) {
  return { label: cause, reset: reset === true };
}

/** The fault of a line, with its place in the line. */
function wordsOf(thrown: unknown): string {
  if (thrown instanceof SyntaxError) return `not a whole line of JSON (${thrown.message})`;
  if (!v.isValiError(thrown)) return messageOf(thrown);
  const [issue] = thrown.issues;
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}

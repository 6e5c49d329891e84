/**
 * Decides again what a daemon decided, from its record alone: the same graph, fed the same batches in the same runs,
 * with providers that say again what they said. No database, no clock and no provider takes part, so the decisions are
 * the same each time, byte for byte.
 */
import * as v from "valibot";
import type { Engine } from "../graph/index.ts";
import type { Attempt } from "../plug/attempt.ts";
import { type PlugGraph, plugGraph } from "../plug/graph.ts";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { decodeAttempts } from "./attempts.ts";
import { type Decision, decisionsOf } from "./decision.ts";
import { headerSchema, type RecordedPush, type RecordedRun, runSchema } from "./format.ts";
import {
  activitySchema,
  confirmedSchema,
  RecordedTable,
  rowSchemas,
  settingsSchema,
  southboundSchema,
} from "./inputs.ts";
import { decode } from "./json.ts";
import { RecordedProviders } from "./recorded-providers.ts";

export class Replay {
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
  static start(line: string): Result<Replay, string> {
    try {
      const header = v.parse(headerSchema, JSON.parse(line));
      return ok(new Replay(v.parse(settingsSchema, decode(header.settings))));
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
    const { inputs, plug, answer } = this.#graph;
    const tables = {
      openVSwitch: new RecordedTable(rowSchemas.open_vswitch),
      bridge: new RecordedTable(rowSchemas.bridge),
      port: new RecordedTable(rowSchemas.port),
      iface: new RecordedTable(rowSchemas.iface),
      sbGlobal: new RecordedTable(rowSchemas.sb_global),
      chassis: new RecordedTable(rowSchemas.chassis),
      portBinding: new RecordedTable(rowSchemas.port_binding),
    };
    // The engine knows of the attempts before this run; there can be several of one port in it.
    const attempts = new Map<string, Attempt | undefined>();
    const decided = {
      verdict: (lport: string) => engine.data(plug).get(lport),
      answers: (lport: string) => engine.data(answer).get(lport),
      attempt: (lport: string) => attempts.get(lport),
    };
    const decideAttempts = ({ batch }: RecordedPush) => {
      const decoded = decodeAttempts(batch, decided);
      for (const { lport, attempt } of decoded) attempts.set(lport, attempt ?? undefined);
      return decoded;
    };
    const entrances: readonly [
      string,
      (batch: unknown, options: { cause: string; reset: boolean }, raw: RecordedPush) => void,
    ][] = [
      ["settings", (batch, as) => engine.push(inputs.settings, v.parse(settingsSchema, batch), as)],
      ["activity", (batch, as) => engine.push(inputs.activity, v.parse(activitySchema, batch), as)],
      ["confirmed", (batch, as) => engine.push(inputs.confirmed, v.parse(confirmedSchema, batch), as)],
      ["southbound", (batch, as) => engine.push(inputs.southbound, v.parse(southboundSchema, batch), as)],
      ["attempt", (_, as, raw) => engine.push(inputs.attempt, decideAttempts(raw), as)],
      [
        "open_vswitch",
        (batch, as) => engine.push(inputs.openVSwitch, tables.openVSwitch.batch(batch, as.reset), as),
      ],
      ["bridge", (batch, as) => engine.push(inputs.bridge, tables.bridge.batch(batch, as.reset), as)],
      ["port", (batch, as) => engine.push(inputs.port, tables.port.batch(batch, as.reset), as)],
      ["iface", (batch, as) => engine.push(inputs.iface, tables.iface.batch(batch, as.reset), as)],
      ["sb_global", (batch, as) => engine.push(inputs.sbGlobal, tables.sbGlobal.batch(batch, as.reset), as)],
      ["chassis", (batch, as) => engine.push(inputs.chassis, tables.chassis.batch(batch, as.reset), as)],
      [
        "port_binding",
        (batch, as) => engine.push(inputs.portBinding, tables.portBinding.batch(batch, as.reset), as),
      ],
    ];
    return new Map(
      entrances.map(([name, enter]) => [
        name,
        (push: RecordedPush) =>
          enter(decode(push.batch), { cause: push.cause, reset: push.reset === true }, push),
      ]),
    );
  }
}

/** What is wrong with a line, and where in it. */
function wordsOf(thrown: unknown): string {
  if (thrown instanceof SyntaxError) return `not a whole line of JSON (${thrown.message})`;
  if (!v.isValiError(thrown)) return messageOf(thrown);
  const [issue] = thrown.issues;
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}

/**
 * The shadow check: fills a second engine from the sources, computes everything anew, and compares. The rows come from the
 * replicas and not from the first engine, so its inputs are checked too.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import { type Engine, scratchOf, type Verification, verify } from "../../graph/index.ts";
import { eventsOf } from "../../plug/absence.ts";
import { consultationsOf, probeOf } from "../../plug/advice.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import type { TableInputs } from "../../plug/nodes/input-nodes.ts";
import { prepareInputOf } from "../../plug/question.ts";
import { asInserts, type TableBatch } from "../../plug/rows.ts";
import { TABLE_KEYS, type TableKey } from "../../plug/tables.ts";

/** Gives the whole content of a table. */
export type Source = (table: TableKey) => ReadonlyMap<Uuid, object>;

/** @throws GraphError busy: changes wait for a run of `engine` */
export function shadowCheck(engine: Engine, graph: PlugGraph, source: Source): Verification {
  const scratch = scratchOf(engine);
  const { inputs } = graph;
  // These inputs have no source but the pushes: they hold the state of the daemon, not of a database.
  scratch.push(inputs.settings, engine.data(inputs.settings).current);
  scratch.push(inputs.localSession, engine.data(inputs.localSession).current);
  scratch.push(inputs.southbound, engine.data(inputs.southbound).current);
  scratch.push(inputs.formerHostnames, engine.data(inputs.formerHostnames).current);
  scratch.push(inputs.confirmed, engine.data(inputs.confirmed).current);
  scratch.push(
    inputs.attempt,
    Array.from(engine.data(inputs.attempt), ([lport, attempt]) => ({ lport, attempt })),
  );
  scratch.push(
    inputs.departure,
    [...engine.data(inputs.departure)].flatMap(([lport, departure]) =>
      eventsOf(departure).map((event) => ({ lport, event })),
    ),
  );
  scratch.push(
    inputs.otherChassis,
    Array.from(engine.data(inputs.otherChassis), ([uuid, chassis]) => ({ uuid, chassis })),
  );
  const tables: TableInputs = inputs;
  for (const key of TABLE_KEYS) scratch.push<TableBatch<object>>(tables[key], asInserts(source(key)));
  const verification = verify(engine, scratch);
  releaseUnused(engine, scratch, graph);
  return verification;
}

/** Calls for a check after each `every` runs of the graph (null: never), as soon as the graph is at rest. */
export class CheckSchedule {
  readonly #every: number;
  readonly #check: () => void;
  #runs = 0;
  #isChecking = false;

  constructor(every: number | null, check: () => void) {
    this.#every = every ?? Number.POSITIVE_INFINITY;
    this.#check = check;
  }

  /** Call this after every run. The run that repairs a difference calls for no other check. */
  ran(isAtRest: boolean): void {
    this.#runs++;
    if (this.#isChecking || !isAtRest || this.#runs < this.#every) return;
    this.#isChecking = true;
    try {
      this.#check();
    } finally {
      this.#isChecking = false;
      this.#runs = 0;
    }
  }
}

/** Releases the consultations of the second engine, except those in flight, which belong to the first engine. */
function releaseUnused(engine: Engine, scratch: Engine, graph: PlugGraph): void {
  const attempts = engine.data(graph.inputs.attempt);
  for (const [lport, advice] of scratch.data(graph.advice)) {
    if (attempts.get(lport)?.phase === "in-flight") continue;
    const probe = probeOf(advice);
    const asked = probe === null ? consultationsOf(advice) : [...consultationsOf(advice), probe];
    for (const { question, answer } of asked) {
      if (question.operation !== "create") continue;
      question.provider.release(prepareInputOf(question), answer.kind === "plug" ? answer.wanted : null);
    }
  }
}

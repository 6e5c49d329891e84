/**
 * What becomes of port bindings that left the view: everything that enters the graph by its input `departure`. The
 * graph says which of them the Southbound is to be asked about (its output `absence`), and what the replies lead to.
 *
 * Invariants: a departure is asked about once, and once more when the port's provider answers only after the Southbound has.
 * A reply is fresh for one run: an unplug that was not sent in that run is not sent on that reply any more; and when an
 * unplug that was sent has an outcome, nothing more follows from the reply.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Cause, Engine, GraphNode, RunResult } from "../../graph/index.ts";
import type { Departure, Outcome } from "../../plug/absence.ts";
import { isAwaited } from "../../plug/advice.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import type { DepartureBatch } from "../../plug/nodes/input-nodes.ts";
import type { PortBindingRow, TableBatch } from "../../plug/rows.ts";

/** What the Southbound is asked: whether the port binding is still there. */
export interface Inquiry {
  readonly lport: string;
  readonly serial: number;
  readonly uuid: Uuid;
}

export interface DeparturesOptions {
  readonly engine: Engine;
  readonly graph: PlugGraph;
  /** Milliseconds since the epoch. */
  now(): number;
  ask(inquiries: readonly Inquiry[]): void;
  push(batch: DepartureBatch, label: string): void;
}

export class Departures {
  readonly #options: DeparturesOptions;
  #serial = 0;
  /** Serials of what has been asked about and not been dropped. */
  readonly #asked = new Map<string, number>();
  /** Ports whose change has been sent on a fresh reply. */
  readonly #sent = new Set<string>();

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** @param view which view these changes are of; null: it is just changing, and rows come and go with that */
  left(changes: TableBatch<PortBindingRow>, view: number | null): void {
    const batch = changes.flatMap(({ old, new: row }) => {
      if (old === null || old.logical_port === row?.logical_port) return [];
      // A row of its own, as it is where a record is replayed: what was answered about the row in view is asked anew.
      const event = { kind: "left", serial: ++this.#serial, row: { ...old }, view } as const;
      return [{ lport: old.logical_port, event }];
    });
    if (batch.length > 0) this.#options.push(batch, "left the view");
  }

  replied(replies: readonly (Inquiry & { readonly outcome: Outcome })[]): void {
    const departures = this.#byLport;
    const at = this.#options.now();
    const batch = replies.flatMap(({ lport, serial, outcome }) => {
      if (departures.get(lport)?.serial !== serial) return [];
      return [{ lport, event: { kind: "replied", reply: { ...outcome, at, isFresh: true } } as const }];
    });
    if (batch.length > 0) this.#options.push(batch, "answered by the Southbound");
  }

  /**
   * To be called after every run.
   * @param sent the logical ports whose changes have been sent in it
   */
  follow(result: RunResult, sent: ReadonlySet<string>): void {
    const { engine, graph } = this.#options;
    if (!this.#nodes.some((node) => result.isUpdated(node))) return;
    const departures = this.#byLport;
    if (departures.size === 0) return;
    const absences = engine.data(graph.absence);
    const advice = engine.data(graph.advice);
    const inquiries: Inquiry[] = [];
    const batch: DepartureBatch[number][] = [];
    for (const lport of this.#looked(result)) {
      const departure = departures.get(lport);
      if (departure === undefined) continue;
      const absence = absences.get(lport);
      if (sent.has(lport)) this.#sent.add(lport);
      const { serial, row, reply } = departure;
      const isHeard = !isAwaited(advice.get(lport));
      const isToAsk = absence?.kind === "asked" || (reply?.isEarly === true && isHeard);
      if (isToAsk && this.#asked.get(lport) !== serial) {
        this.#asked.set(lport, serial);
        inquiries.push({ lport, serial, uuid: row._uuid });
      }
      if (this.#sent.has(lport)) continue;
      if (absence === undefined) {
        this.#asked.delete(lport);
        batch.push({ lport, event: { kind: "forgotten" } });
      } else if (absence.kind === "by-name") {
        // The row as it was last seen goes on saying which function the interface in place has to be (rule U7).
        if (departure.view !== null) batch.push({ lport, event: { kind: "outdated" } });
      } else if (reply?.isFresh === true) {
        this.#asked.delete(lport);
        batch.push({ lport, event: { kind: isHeard ? "aged" : "early" } });
      }
    }
    if (inquiries.length > 0) this.#options.ask(inquiries);
    if (batch.length > 0) this.#options.push(batch, "that was true of its moment");
  }

  /** What was sent has an outcome: another decision needs another answer. To be called before the graph knows. */
  concluded(lports: readonly string[]): void {
    const batch = lports.filter((lport) => this.#sent.delete(lport));
    if (batch.length === 0) return;
    this.#options.push(
      batch.map((lport) => ({ lport, event: { kind: "outdated" } })),
      "its change has an outcome",
    );
  }

  get #byLport(): ReadonlyMap<string, Departure> {
    const { engine, graph } = this.#options;
    return engine.data(graph.inputs.departure);
  }

  get #nodes(): readonly GraphNode<unknown, ReadonlyMap<string, Cause>>[] {
    const { absence, advice, inputs } = this.#options.graph;
    return [absence, inputs.departure, advice];
  }

  #looked(result: RunResult): Iterable<string> {
    const looked = new Set<string>();
    for (const node of this.#nodes) {
      if (!result.isUpdated(node)) continue;
      const changes = result.changes(node);
      if (changes === undefined) return this.#byLport.keys();
      for (const lport of changes.keys()) looked.add(lport);
    }
    return looked;
  }
}

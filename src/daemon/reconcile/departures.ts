/**
 * The departures of port bindings: everything that enters the graph by its input `departure`. The output `absence` of the graph
 * names the departures to ask the Southbound about; the graph decides what follows from the replies.
 *
 * Invariants: the Southbound is asked once about a departure, and once more when the provider of the port answers after the
 * Southbound. At most one question about a logical port is open: a Southbound that does not answer collects no questions. A reply
 * is fresh for one run: an unplug that was not sent in that run does not follow from the reply any more. After the outcome of a
 * sent unplug nothing more follows from the reply.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Cause, Engine, GraphNode, RunResult } from "../../graph/index.ts";
import type { Departure, Outcome } from "../../plug/absence.ts";
import { isAwaited } from "../../plug/advice.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import type { DepartureBatch } from "../../plug/nodes/input-nodes.ts";
import type { PortBindingRow, TableBatch } from "../../plug/rows.ts";

/** A question to the Southbound: does the port binding still exist? */
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
  /** The serials of the departures that were asked about, by logical port. */
  readonly #asked = new Map<string, number>();
  /** The logical ports with a question that has no reply yet, about whichever departure. */
  readonly #open = new Set<string>();
  /** The ports whose change was sent on a fresh reply. */
  readonly #sent = new Set<string>();

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** Notes port bindings that left the view. @param view the number of the view; null: the view is changing */
  left(changes: TableBatch<PortBindingRow>, view: number | null): void {
    const batch = changes.flatMap(({ old, new: row }) => {
      if (old === null || old.logical_port === row?.logical_port) return [];
      // A copy of the row, as in the replay of a record: answers about the row in view do not hold for the copy.
      const event = { kind: "left", serial: ++this.#serial, row: { ...old }, view } as const;
      return [{ lport: old.logical_port, event }];
    });
    if (batch.length > 0) this.#options.push(batch, "left the view");
  }

  replied(replies: readonly (Inquiry & { readonly outcome: Outcome })[]): void {
    const departures = this.#byLport;
    const at = this.#options.now();
    for (const { lport } of replies) this.#open.delete(lport);
    const batch = replies.flatMap(({ lport, serial, outcome }) => {
      if (departures.get(lport)?.serial !== serial) return [];
      return [{ lport, event: { kind: "replied", reply: { ...outcome, at, isFresh: true } } as const }];
    });
    if (batch.length > 0) this.#options.push(batch, "answered by the Southbound");
    // The reply was about an earlier departure; the question about the last one has waited for it.
    this.#ask(replies.map(({ lport }) => lport));
  }

  /**
   * Call this after every run.
   * @param sent the logical ports whose changes were sent after the run
   */
  follow(result: RunResult, sent: ReadonlySet<string>): void {
    const { engine, graph } = this.#options;
    if (!this.#nodes.some((node) => result.isUpdated(node))) return;
    const departures = this.#byLport;
    if (departures.size === 0) return;
    const absences = engine.data(graph.absence);
    const advice = engine.data(graph.advice);
    const batch: DepartureBatch[number][] = [];
    const looked = [...this.#looked(result)];
    this.#ask(looked);
    for (const lport of looked) {
      const departure = departures.get(lport);
      if (departure === undefined) continue;
      const absence = absences.get(lport);
      if (sent.has(lport)) this.#sent.add(lport);
      const isHeard = !isAwaited(advice.get(lport));
      if (this.#sent.has(lport)) continue;
      if (absence === undefined) {
        this.#asked.delete(lport);
        batch.push({ lport, event: { kind: "forgotten" } });
      } else if (absence.kind === "by-name") {
        // The departure keeps its row, which names the function of the interface in place (rule U7).
        if (departure.view !== null) batch.push({ lport, event: { kind: "outdated" } });
      } else if (departure.reply?.isFresh === true) {
        this.#asked.delete(lport);
        batch.push({ lport, event: { kind: isHeard ? "aged" : "early" } });
      }
    }
    if (batch.length > 0) this.#options.push(batch, "that was true of its moment");
  }

  /** Asks about the departures of these ports that are to be asked about, and have not been. */
  #ask(lports: readonly string[]): void {
    const { engine, graph } = this.#options;
    const departures = this.#byLport;
    const absences = engine.data(graph.absence);
    const advice = engine.data(graph.advice);
    const inquiries = lports.flatMap((lport): readonly Inquiry[] => {
      const departure = departures.get(lport);
      if (departure === undefined || this.#open.has(lport)) return [];
      const { serial, row, reply } = departure;
      const isToAsk =
        absences.get(lport)?.kind === "asked" || (reply?.isEarly === true && !isAwaited(advice.get(lport)));
      if (!isToAsk || this.#asked.get(lport) === serial) return [];
      this.#asked.set(lport, serial);
      this.#open.add(lport);
      return [{ lport, serial, uuid: row._uuid }];
    });
    if (inquiries.length > 0) this.#options.ask(inquiries);
  }

  /** Call this before the outcome of changes enters the graph: the next decision needs a new answer of the Southbound. */
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

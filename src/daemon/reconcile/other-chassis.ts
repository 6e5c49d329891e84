/**
 * The Chassis rows of other chassis that have bound ports which are plugged here (rule P8). Each row that a status names is asked
 * for once, by its `_uuid`, and the answer enters the graph by its input `other_chassis`.
 *
 * Invariants: a row that no status names any more is forgotten. A question without an answer is asked again in the next view of
 * the Southbound. At most one question about a row is open: a Southbound that does not answer collects no questions.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Engine, RunResult } from "../../graph/index.ts";
import type { OtherChassis } from "../../plug/bound.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import type { OtherChassisBatch } from "../../plug/nodes/input-nodes.ts";

/** The answer of the Southbound about a row; `unknown`: no answer. */
export type ChassisReply = { readonly uuid: Uuid } & (
  | { readonly kind: "answered"; readonly chassis: OtherChassis }
  | { readonly kind: "unknown" }
);

export interface OtherChassisOptions {
  readonly engine: Engine;
  readonly graph: PlugGraph;
  ask(rows: readonly Uuid[]): void;
  push(batch: OtherChassisBatch, label: string): void;
}

export class OtherChassisRows {
  readonly #options: OtherChassisOptions;
  readonly #byLport = new Map<string, Uuid>();
  /** The number of statuses that name each row. */
  readonly #named = new Map<Uuid, number>();
  /** The rows that were asked for in the present view. */
  readonly #asked = new Set<Uuid>();
  /** The rows with a question that has no reply yet. */
  readonly #open = new Set<Uuid>();

  constructor(options: OtherChassisOptions) {
    this.#options = options;
  }

  /**
   * Call this after every run.
   * @param decided the logical ports whose status changed
   */
  follow(result: RunResult, decided: Iterable<string>): void {
    const { engine, graph } = this.#options;
    const statuses = engine.data(graph.plug);
    for (const lport of decided) this.#note(lport, statuses.get(lport)?.unbound?.by ?? null);
    const known = engine.data(graph.inputs.otherChassis);
    if (this.#named.size === 0 && known.size === 0 && this.#asked.size === 0) return;
    if (result.isUpdated(graph.inputs.southbound)) this.#asked.clear();
    for (const uuid of this.#asked) if (!this.#named.has(uuid)) this.#asked.delete(uuid);
    const unasked = [...this.#named.keys()].filter(
      (uuid) => !known.has(uuid) && !this.#asked.has(uuid) && !this.#open.has(uuid),
    );
    for (const uuid of unasked) {
      this.#asked.add(uuid);
      this.#open.add(uuid);
    }
    if (unasked.length > 0) this.#options.ask(unasked);
    this.#push(
      [...known.keys()].filter((uuid) => !this.#named.has(uuid)).map((uuid) => ({ uuid })),
      "no port that is plugged here is bound by that chassis any more",
    );
  }

  replied(replies: readonly ChassisReply[]): void {
    for (const { uuid } of replies) this.#open.delete(uuid);
    const batch = replies.flatMap((reply) =>
      reply.kind === "answered" && this.#named.has(reply.uuid)
        ? [{ uuid: reply.uuid, chassis: reply.chassis }]
        : [],
    );
    this.#push(batch, "answered by the Southbound");
  }

  #note(lport: string, by: Uuid | null): void {
    const before = this.#byLport.get(lport) ?? null;
    if (before === by) return;
    if (before !== null) {
      const left = (this.#named.get(before) ?? 1) - 1;
      if (left === 0) this.#named.delete(before);
      else this.#named.set(before, left);
    }
    if (by === null) this.#byLport.delete(lport);
    else {
      this.#byLport.set(lport, by);
      this.#named.set(by, (this.#named.get(by) ?? 0) + 1);
    }
  }

  #push(batch: OtherChassisBatch, label: string): void {
    if (batch.length > 0) this.#options.push(batch, label);
  }
}

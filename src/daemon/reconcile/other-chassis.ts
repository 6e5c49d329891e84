/**
 * Whose Chassis rows have what is plugged here (rule P8): each row that a status names is asked for once, by its `_uuid`,
 * and what the Southbound says of it enters the graph by its input `other_chassis`.
 *
 * Invariant: what no status names any more is forgotten. A question without an answer is put again when the Southbound's
 * view is another one.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Engine, RunResult } from "../../graph/index.ts";
import type { OtherChassis } from "../../plug/bound.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import type { OtherChassisBatch } from "../../plug/nodes/input-nodes.ts";

/** What the Southbound said of a row; `unknown`: nothing. */
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
  /** How many logical ports each row has, of those that are plugged here. */
  readonly #named = new Map<Uuid, number>();
  /** Those that have been asked for. */
  readonly #asked = new Set<Uuid>();

  constructor(options: OtherChassisOptions) {
    this.#options = options;
  }

  /**
   * To be called after every run.
   * @param decided the logical ports of which the status is another one
   */
  follow(result: RunResult, decided: Iterable<string>): void {
    const { engine, graph } = this.#options;
    const statuses = engine.data(graph.plug);
    for (const lport of decided) this.#note(lport, statuses.get(lport)?.unbound?.by ?? null);
    const known = engine.data(graph.inputs.otherChassis);
    if (this.#named.size === 0 && known.size === 0 && this.#asked.size === 0) return;
    if (result.isUpdated(graph.inputs.southbound)) this.#asked.clear();
    for (const uuid of this.#asked) if (!this.#named.has(uuid)) this.#asked.delete(uuid);
    const unasked = [...this.#named.keys()].filter((uuid) => !known.has(uuid) && !this.#asked.has(uuid));
    for (const uuid of unasked) this.#asked.add(uuid);
    if (unasked.length > 0) this.#options.ask(unasked);
    this.#push(
      [...known.keys()].filter((uuid) => !this.#named.has(uuid)).map((uuid) => ({ uuid })),
      "no port that is plugged here is bound by that chassis any more",
    );
  }

  replied(replies: readonly ChassisReply[]): void {
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

/**
 * Confirmations of unplugs (rule U6): a confirmation covers the logical ports that are due to be unplugged when it is given, and
 * ends for each port when the port is not due any more.
 */
import type { Engine } from "../../graph/index.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import { isDueToGo } from "../../plug/nodes/hold-node.ts";

export interface ConfirmationsOptions {
  readonly engine: Engine;
  readonly graph: PlugGraph;
  /** Sets the confirmed logical ports. */
  readonly push: (lports: ReadonlySet<string>, label: string) => void;
}

export class Confirmations {
  readonly #options: ConfirmationsOptions;

  constructor(options: ConfirmationsOptions) {
    this.#options = options;
  }

  /** Confirms the unplug of all ports that are due now. @returns the number of ports */
  give(): number {
    const { engine, graph, push } = this.#options;
    const { due } = engine.data(graph.hold);
    if (due.size > 0) push(new Set([...this.#confirmed, ...due]), "plug/confirm-unplug");
    return due.size;
  }

  /** Call this after every run. */
  forget(): void {
    const confirmed = this.#confirmed;
    if (confirmed.size === 0) return;
    const { engine, graph, push } = this.#options;
    const intents = engine.data(graph.intent);
    const advice = engine.data(graph.advice);
    const standing = [...confirmed].filter((lport) => isDueToGo(intents.get(lport), advice.get(lport)));
    if (standing.length < confirmed.size) push(new Set(standing), "unplugged, or not due any more");
  }

  get #confirmed(): ReadonlySet<string> {
    const { engine, graph } = this.#options;
    return engine.data(graph.inputs.confirmed).current;
  }
}

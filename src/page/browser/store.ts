/** The page's knowledge: messages go in, and the content of the views comes out. Pure; knows no document. */
import type { Graph } from "../../graph/index.ts";
import type { Latency } from "../../view/latencies.ts";
import type { ChassisStatus, PortStatus } from "../../view/status-shape.ts";
import { byTrouble, isInTrouble, STATES_BY_TROUBLE } from "../../view/trouble.ts";
import type { MessageName, Messages, RecomputeMessage } from "../messages.ts";

export type PortState = PortStatus["state"];

export interface Filter {
  /** A part of the name of a logical port or of an interface, or of a reason. */
  readonly text: string;
  /** Null: any state. */
  readonly state: PortState | "trouble" | null;
  readonly provider: string | null;
}

export const NO_FILTER: Filter = { text: "", state: null, provider: null };

/** The number of commits and of recomputes that the store keeps. */
const COMMITS = 240;
const RECOMPUTES = 60;

export class Store {
  chassis: ChassisStatus | null = null;
  graph: Graph | null = null;
  readonly ports = new Map<string, PortStatus>();
  latencies: readonly Latency[] = [];
  recomputes: readonly RecomputeMessage[] = [];
  #sorted: readonly PortStatus[] | null = null;

  /** Forgets everything but the chassis and the graph: a stream has begun, perhaps of another daemon. */
  clear(): void {
    this.ports.clear();
    this.latencies = [];
    this.recomputes = [];
    this.#sorted = null;
  }

  take<Name extends MessageName>(name: Name, data: Messages[Name]): void {
    const takers: { readonly [N in MessageName]: (data: Messages[N]) => void } = {
      hello: () => this.clear(),
      chassis: (chassis) => {
        this.chassis = chassis;
      },
      ports: ({ changed, gone }) => {
        for (const port of changed) this.ports.set(port.lport, port);
        for (const lport of gone) this.ports.delete(lport);
        this.#sorted = null;
      },
      graph: (graph) => {
        this.graph = graph;
      },
      nodes: (changed) => {
        if (this.graph === null) return;
        const byName = new Map(changed.map((node) => [node.name, node]));
        this.graph = {
          ...this.graph,
          nodes: this.graph.nodes.map((node) => byName.get(node.name) ?? node),
        };
      },
      recomputes: (more) => {
        this.recomputes = [...this.recomputes, ...more].slice(-RECOMPUTES);
      },
      latencies: (more) => {
        this.latencies = [...this.latencies, ...more].slice(-COMMITS);
      },
    };
    takers[name](data);
  }

  /** The ports that pass the filter, ports in trouble first. */
  shown(filter: Filter): readonly PortStatus[] {
    this.#sorted ??= [...this.ports.values()].sort(byTrouble);
    const text = filter.text.trim().toLowerCase();
    if (text === "" && filter.state === null && filter.provider === null) return this.#sorted;
    return this.#sorted.filter((port) => passes(port, filter, text, this.#ofChassis));
  }

  /** For each state of at least one port, the worst first: the number of ports, and the number of those with a reason. */
  counts(): readonly { readonly state: PortState; readonly count: number; readonly noted: number }[] {
    const counts = new Map<PortState, { count: number; noted: number }>();
    for (const { state, reason } of this.ports.values()) {
      const { count, noted } = counts.get(state) ?? { count: 0, noted: 0 };
      counts.set(state, { count: count + 1, noted: noted + (reason === null ? 0 : 1) });
    }
    return STATES_BY_TROUBLE.flatMap((state) => {
      const found = counts.get(state);
      return found === undefined ? [] : [{ state, ...found }];
    });
  }

  /** What keeps every port from being decided; null: nothing, or nothing is known. */
  get #ofChassis(): string | null {
    return this.chassis?.reason ?? null;
  }

  get inTrouble(): number {
    let count = 0;
    for (const port of this.ports.values()) if (isInTrouble(port, this.#ofChassis)) count++;
    return count;
  }

  /** The plug types of the ports, sorted by name. */
  get providers(): readonly string[] {
    return [...new Set(Array.from(this.ports.values(), ({ type }) => type))].sort();
  }
}

function passes(
  port: PortStatus,
  { state, provider }: Filter,
  text: string,
  ofChassis: string | null,
): boolean {
  if (state === "trouble" ? !isInTrouble(port, ofChassis) : state !== null && port.state !== state)
    return false;
  if (provider !== null && port.type !== provider) return false;
  if (text === "") return true;
  const { lport, interface: name, reason } = port;
  return [lport, name ?? "", reason ?? ""].some((field) => field.toLowerCase().includes(text));
}

/** The value below which the given part of the values lies; null: there are no values. */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
}

/** `0.8 ms`, `24 ms`, `1.5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return "<1 ms";
  if (milliseconds < 10) return `${milliseconds.toFixed(1).replace(/\.0$/, "")} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1).replace(/\.0$/, "")} s`;
}

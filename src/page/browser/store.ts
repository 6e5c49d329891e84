/** What the page knows: messages go in, and what is shown comes out. Pure; knows no document. */
import type { Graph } from "../../graph/index.ts";
import type { Latency } from "../../view/latencies.ts";
import type { ChassisStatus, PortStatus } from "../../view/status-shape.ts";
import { byTrouble, isInTrouble, STATES_BY_TROUBLE } from "../../view/trouble.ts";
import type { MessageName, Messages, RecomputeMessage } from "../messages.ts";

export type PortState = PortStatus["state"];

export interface Filter {
  /** Part of a logical port's or an interface's name, or of a reason. */
  readonly text: string;
  /** Null: any. */
  readonly state: PortState | "trouble" | null;
  readonly provider: string | null;
}

export const NO_FILTER: Filter = { text: "", state: null, provider: null };

/** How many of each are kept. */
const COMMITS = 240;
const RECOMPUTES = 60;

export class Store {
  chassis: ChassisStatus | null = null;
  graph: Graph | null = null;
  readonly ports = new Map<string, PortStatus>();
  latencies: readonly Latency[] = [];
  recomputes: readonly RecomputeMessage[] = [];
  #sorted: readonly PortStatus[] | null = null;

  /** A stream has begun: what is known is that of another time, or of another daemon. */
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

  /** Those that the filter lets through, trouble first. */
  shown(filter: Filter): readonly PortStatus[] {
    this.#sorted ??= [...this.ports.values()].sort(byTrouble);
    const text = filter.text.trim().toLowerCase();
    if (text === "" && filter.state === null && filter.provider === null) return this.#sorted;
    return this.#sorted.filter((port) => passes(port, filter, text));
  }

  /** How many there are in each state that any is in, from the worst on, and of how many of these there is something to say. */
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

  get inTrouble(): number {
    let count = 0;
    for (const port of this.ports.values()) if (isInTrouble(port)) count++;
    return count;
  }

  /** The plug types of the ports that are there, in the order of their names. */
  get providers(): readonly string[] {
    return [...new Set(Array.from(this.ports.values(), ({ type }) => type))].sort();
  }
}

function passes(port: PortStatus, { state, provider }: Filter, text: string): boolean {
  if (state === "trouble" ? !isInTrouble(port) : state !== null && port.state !== state) return false;
  if (provider !== null && port.type !== provider) return false;
  if (text === "") return true;
  const { lport, interface: name, reason } = port;
  return [lport, name ?? "", reason ?? ""].some((field) => field.toLowerCase().includes(text));
}

/** The value below which the given part of them lies; null: there are none. */
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

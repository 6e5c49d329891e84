/**
 * What the daemon has told one open page, and therefore what the daemon has to tell the page now.
 *
 * Invariant: a feed keeps only what the page was told last. A page that does not read for some time is told the difference
 * once, afterwards.
 */
import { describeGraph, formatReason, type NodeInfo, type RecomputeRecord } from "../graph/index.ts";
import type { LportStatus } from "../plug/lport-status.ts";
import { cut, cutSentence } from "../text/cut.ts";
import type { DaemonView } from "../view/daemon-view.ts";
import { chassisStatusOf, portStatus } from "../view/status.ts";
import type { PortStatus } from "../view/status-shape.ts";
import type { MessageName, Messages } from "./messages.ts";

export class Feed {
  readonly #daemon: DaemonView;
  readonly #page: string;
  #isBegun = false;
  #chassis = "";
  /** The status that was told last. A status that has not changed is the same object. */
  readonly #ports = new Map<string, LportStatus>();
  readonly #nodes = new Map<string, string>();
  /** The last recompute and the last commit that were told. */
  #recompute: RecomputeRecord | undefined;
  #commit = 0;

  /** @param page the name of this program's page */
  constructor(daemon: DaemonView, page: string) {
    this.#daemon = daemon;
    this.#page = page;
  }

  /** Events of the stream (text/event-stream) for the changes since the last call; empty: nothing changed. */
  news(): string {
    const parts = [
      ...this.#greeting(),
      ...this.#chassisNews(),
      ...this.#portNews(),
      ...this.#nodeNews(),
      ...this.#recomputeNews(),
      ...this.#commitNews(),
    ];
    this.#isBegun = true;
    return parts.join("");
  }

  #greeting(): string[] {
    if (this.#isBegun) return [];
    const { engine, statistics } = this.#daemon;
    return [
      event("hello", { page: this.#page, pid: process.pid }),
      event("graph", describeGraph(engine, statistics)),
    ];
  }

  #chassisNews(): string[] {
    const text = event("chassis", chassisStatusOf(this.#daemon));
    if (text === this.#chassis) return [];
    this.#chassis = text;
    return [text];
  }

  #portNews(): string[] {
    const verdicts = this.#daemon.engine.data(this.#daemon.graph.plug);
    const changed: LportStatus[] = [];
    for (const [lport, verdict] of verdicts) {
      if (this.#ports.get(lport) === verdict) continue;
      this.#ports.set(lport, verdict);
      changed.push(verdict);
    }
    const gone = this.#ports.size === verdicts.size ? [] : this.#forget(verdicts);
    // A page that has just been opened is also told that there are no ports.
    if (changed.length === 0 && gone.length === 0 && this.#isBegun) return [];
    return [event("ports", { changed: changed.map(shownPort), gone })];
  }

  #forget(verdicts: { has(lport: string): boolean }): string[] {
    const gone = [...this.#ports.keys()].filter((lport) => !verdicts.has(lport));
    for (const lport of gone) this.#ports.delete(lport);
    return gone;
  }

  #nodeNews(): string[] {
    const { engine, statistics } = this.#daemon;
    const changed = describeGraph(engine, statistics).nodes.filter((node) => {
      const counters = countersOf(node);
      if (this.#nodes.get(node.name) === counters) return false;
      this.#nodes.set(node.name, counters);
      return true;
    });
    return changed.length === 0 || !this.#isBegun ? [] : [event("nodes", changed)];
  }

  #recomputeNews(): string[] {
    const { history } = this.#daemon.statistics;
    const told = this.#recompute === undefined ? -1 : history.indexOf(this.#recompute);
    const news = history.slice(told + 1);
    this.#recompute = history.at(-1);
    if (news.length === 0) return [];
    return [
      event(
        "recomputes",
        news.map(({ run, time, outcome, durationMs, reason }) => {
          return { run, time, outcome, durationMs, node: reason.node, reason: formatReason(reason) };
        }),
      ),
    ];
  }

  #commitNews(): string[] {
    const news = this.#daemon.latencies.recent.filter(({ seq }) => seq > this.#commit);
    this.#commit = news.at(-1)?.seq ?? this.#commit;
    return news.length === 0 ? [] : [event("latencies", news)];
  }
}

/** People read the page, so texts of others are cut. A port's name stays whole, because the name identifies the port. */
function shownPort(status: LportStatus): PortStatus {
  const port = portStatus(status);
  const { type, reason } = port;
  return {
    ...port,
    type: cut(type),
    reason: reason === null ? null : cutSentence(reason),
  };
}

function countersOf({ live }: NodeInfo): string {
  return live === undefined ? "" : `${live.recompute} ${live.compute} ${live.cancel} ${live.updated}`;
}

function event<Name extends MessageName>(name: Name, data: Messages[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

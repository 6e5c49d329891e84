/**
 * The stream of the daemon's messages. After a stream breaks, the page tries another stream, at growing intervals, for as
 * long as the page is open.
 */
import type { MessageName, Messages } from "../messages.ts";

export interface Listener {
  take<Name extends MessageName>(name: Name, data: Messages[Name]): void;
  /** Called when the daemon does not answer ("gone"), or when its limit of open pages is reached ("full"). */
  lost(why: "gone" | "full"): void;
}

/** The names of all messages. */
const NAMES: readonly MessageName[] = Object.keys({
  hello: 0,
  chassis: 0,
  ports: 0,
  graph: 0,
  nodes: 0,
  recomputes: 0,
  latencies: 0,
} satisfies Record<MessageName, 0>) as MessageName[];

const FIRST_MS = 1000;
const LONGEST_MS = 10_000;

export function listen(listener: Listener, waitMs = FIRST_MS): void {
  const source = new EventSource("page/events");
  let wait = waitMs;
  const on = <Name extends MessageName>(name: Name) => {
    source.addEventListener(name, (event: MessageEvent<string>) => {
      wait = FIRST_MS;
      const data: Messages[Name] = JSON.parse(event.data);
      listener.take(name, data);
    });
  };
  for (const name of NAMES) on(name);
  source.addEventListener("error", () => {
    source.close();
    void whyLost().then((why) => listener.lost(why));
    setTimeout(() => listen(listener, Math.min(2 * wait, LONGEST_MS)), wait);
  });
}

/** Asks another path why the stream ended, because a refused stream does not tell. */
async function whyLost(): Promise<"gone" | "full"> {
  try {
    return (await fetch("healthz")).ok ? "full" : "gone";
  } catch {
    return "gone";
  }
}

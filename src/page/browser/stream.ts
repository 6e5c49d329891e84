/**
 * The daemon's word, as it comes. A stream that breaks is begun anew, at growing intervals, for as long as the page is
 * open.
 */
import type { MessageName, Messages } from "../messages.ts";

export interface Listener {
  take<Name extends MessageName>(name: Name, data: Messages[Name]): void;
  /** The daemon is not to be reached, or has as many pages open as it can. */
  lost(why: "gone" | "full"): void;
}

/** Every message there is. */
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

/** A stream does not tell why it was refused. */
async function whyLost(): Promise<"gone" | "full"> {
  try {
    return (await fetch("healthz")).ok ? "full" : "gone";
  } catch {
    return "gone";
  }
}

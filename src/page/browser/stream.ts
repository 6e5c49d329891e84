/**
 * The daemon's word, as it comes. A stream that breaks is begun anew, at growing intervals, for as long as the page is
 * open.
 */
import type { MessageName, Messages } from "../messages.ts";

export interface Listener {
  take<Name extends MessageName>(name: Name, data: Messages[Name]): void;
  /** The daemon is not to be reached; `since` it was heard last. */
  lost(): void;
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
    listener.lost();
    setTimeout(() => listen(listener, Math.min(2 * wait, LONGEST_MS)), wait);
  });
}

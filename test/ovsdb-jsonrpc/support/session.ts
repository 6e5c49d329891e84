/** Sessions with the playground, and what tests wait for. */
import {
  type IndexDeclarations,
  type MonitoredRows,
  operations,
  Session,
  type SessionOptions,
  type SessionState,
} from "ovsdb-jsonrpc";
import { type PlaygroundTables, playground } from "./playground.gen.ts";

export const EVERYTHING = {
  Thing: [
    "name",
    "count",
    "ratio",
    "enabled",
    "color",
    "limit",
    "note",
    "numbers",
    "pair",
    "words",
    "options",
    "single",
    "levels",
    "part",
    "parts",
    "seen",
    "scratch",
  ],
  Part: ["serial", "label"],
  Only: ["value"],
} as const;

export const op = operations(playground);

type Everything = SessionOptions<PlaygroundTables, typeof EVERYTHING>;
/** With whatever indexes its options declared. */
export type PlaygroundSession = Session<
  PlaygroundTables,
  typeof EVERYTHING,
  IndexDeclarations<MonitoredRows<PlaygroundTables, typeof EVERYTHING>>
>;

/** A session that monitors everything and connects again soon; the caller closes it. */
export function open(remotes: string, options: Partial<Everything> = {}): PlaygroundSession {
  const backoff = { minMs: 5, maxMs: 20 };
  return new Session({ database: playground, remotes, monitor: EVERYTHING, backoff, ...options });
}

/** A session that is in sync. */
export async function openSynced(
  remotes: string,
  options: Partial<Everything> = {},
): Promise<PlaygroundSession> {
  const session = open(remotes, options);
  await session.synced();
  return session;
}

/** The names of the things that a session's replica holds, in order. */
export function names(session: {
  readonly replica: {
    table(table: "Thing"): { readonly rows: ReadonlyMap<unknown, { readonly name: string }> };
  };
}): string[] {
  return Array.from(session.replica.table("Thing").rows.values(), ({ name }) => name).sort();
}

type AnySession = Pick<PlaygroundSession, "state" | "onState">;
type StateOf<K extends SessionState["kind"]> = Extract<SessionState, { readonly kind: K }>;

/** The state of this kind: the present one, or the next. */
export function reach<K extends SessionState["kind"]>(session: AnySession, kind: K): Promise<StateOf<K>> {
  return new Promise((resolve) => {
    const is = (state: SessionState): state is StateOf<K> => state.kind === kind;
    const { state } = session;
    if (is(state)) {
      resolve(state);
      return;
    }
    const remove = session.onState((next) => {
      if (!is(next)) return;
      remove();
      resolve(next);
    });
  });
}

/** The first event that passes; `subscribe` is one of a session's `on…` methods. */
export function next<E>(
  subscribe: (listener: (event: E) => void) => () => void,
  passes: (event: E) => boolean = () => true,
): Promise<E> {
  return new Promise((resolve) => {
    const remove = subscribe((event) => {
      if (!passes(event)) return;
      remove();
      resolve(event);
    });
  });
}

/** Takes the session off its server, lets something happen there, and answers the first batch after its return to `remote`. */
export async function whileOffline(session: PlaygroundSession, remote: string, happen: () => Promise<void>) {
  session.setRemotes("unix:/nonexistent/socket");
  await happen();
  const batch = next(session.onBatch.bind(session));
  session.setRemotes(remote);
  return batch;
}

/** The value of a result; fails the test with the error's words. */
export function value<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (result.ok) return result.value;
  throw new Error(`unexpected error: ${JSON.stringify(result.error)}`);
}

/** The error of a result; fails the test if there is none. */
export function failure<E>(result: { readonly ok: true } | { readonly ok: false; readonly error: E }): E {
  if (!result.ok) return result.error;
  throw new Error("unexpected success");
}

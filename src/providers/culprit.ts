/**
 * Whose fault it is when something is thrown outside of any call: in a timer, an event, a promise that nobody awaits.
 * What a provider begins in a call is on its behalf, and so is what follows from that, unless it comes back to us.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { whoThrew } from "./who-threw.ts";

const behalf = new AsyncLocalStorage<string | null>();

/** Makes a call into the provider of this type. */
export function onBehalfOf<T>(type: string, call: () => T): T {
  return behalf.run(type, call);
}

/** What a provider caused, and is not its own: work of ours that it asked for. */
export function onNobodysBehalf<T>(call: () => T): T {
  return behalf.run(null, call);
}

/**
 * To be asked where the error arrives. Of a promise the runtime does not say on whose behalf it was made; then it is
 * the provider whose file or folder stands in the stack.
 *
 * @returns the type of the provider; null: none is known
 */
export function culpritOf(thrown: unknown, types: readonly string[]): string | null {
  const type = behalf.getStore() ?? whoThrew(thrown);
  if (type !== null) return type;
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  return (
    types.find((each) => new RegExp(`[/\\\\]${RegExp.escape(each)}([/\\\\]|\\.[cm]?[jt]s\\b)`).test(stack)) ??
    null
  );
}

/**
 * Which provider is at fault when an error is thrown outside of any call: in a timer, an event, a promise that nobody awaits.
 * What a provider begins in a call runs on its behalf, and so does what follows, unless the work comes back to vifplugd.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { whoThrew } from "./who-threw.ts";

const behalf = new AsyncLocalStorage<string | null>();

/** Runs a call on behalf of the provider of this type. */
export function onBehalfOf<T>(type: string, call: () => T): T {
  return behalf.run(type, call);
}

/** Runs work of vifplugd that a provider asked for, on behalf of no provider. */
export function onNobodysBehalf<T>(call: () => T): T {
  return behalf.run(null, call);
}

/**
 * Finds the provider where the error arrives. The runtime does not say on whose behalf a promise was made; then the provider
 * is at fault whose file or folder stands in the stack.
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

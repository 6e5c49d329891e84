/** What can be said of a value that came from outside, before a schema is asked. */

/** It has members, which may be anything; null has none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

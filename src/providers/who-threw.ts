/** Which provider's code threw an error outside of any call: in a timer, in a promise. */

/** The type of the provider by the address of its code, as stack traces show the address. */
const owners = new Map<string, string>();

export function standsBehind(address: string, type: string): void {
  owners.set(address, type);
}

/** The type of the provider whose code threw the error; null: no known provider. */
export function whoThrew(thrown: unknown): string | null {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  for (const [address, type] of owners) if (stack.includes(address)) return type;
  return null;
}

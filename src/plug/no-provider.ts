/** The reason of a port whose plug type no provider answers to (rule P7). */
import type { RefusedProvider } from "../providers/registry.ts";

export function noProvider(plugType: string, refused: RefusedProvider | null): string {
  const quoted = JSON.stringify(plugType);
  if (refused !== null) {
    return `provider ${refused.type}, which answers to plug type ${quoted}, failed to start: ${refused.reason}`;
  }
  return `no enabled provider answers to plug type ${quoted}; add one under providers`;
}

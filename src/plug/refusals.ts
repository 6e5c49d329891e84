/**
 * Which provider refuses what is intended with a logical port, or has not answered yet, and the words for that.
 */
import { shellWord } from "../text/shell.ts";
import type { Advice, Leaving } from "./advice.ts";
import type { DesiredInterface } from "./desired.ts";
import { inPlaceAt, type StatusFacts } from "./lport-status.ts";
import { noProvider } from "./no-provider.ts";
import type { Consultation } from "./question.ts";

/** The words for the answer that is still awaited; null: every provider has answered. */
export function awaitedIn({ main, leaving }: Extract<Advice, { kind: "asked" }>): string | null {
  const awaited = awaitedOf(main);
  return awaited === null && leaving !== null && "answer" in leaving ? awaitedOf(leaving) : awaited;
}

function awaitedOf({ answer }: Consultation): string | null {
  return answer.kind === "not-ready" && answer.awaited === true ? answer.reason : null;
}

interface Refusal {
  readonly state: "waiting" | "error" | "no-provider";
  readonly reason: string;
}

export function refusal({ question, answer }: Consultation): Refusal | null {
  switch (answer.kind) {
    case "not-ready":
      return { state: "waiting", reason: answer.reason };
    case "broken":
      return { state: "error", reason: `provider ${question.provider.type}: ${answer.reason}` };
    default:
      return null;
  }
}

/** An interface whose provider is not enabled may change hands in place, but may not be removed. */
export function refusalToLeave(
  leaving: Leaving | null,
  at: StatusFacts,
  desired: DesiredInterface | null,
): Refusal | null {
  if (leaving === null) return null;
  if ("answer" in leaving) return refusal(leaving);
  const renames = desired !== null && inPlaceAt(at)?.interface.name !== desired.wanted.name;
  return renames ? noProviderFor(leaving) : null;
}

export function noProviderFor(leaving: Exclude<Leaving, Consultation>): Refusal {
  return { state: "no-provider", reason: noProvider(leaving.noProviderFor, leaving.refused) };
}

export function noBridge(name: string): string {
  return `there is no integration bridge ${name}: add it (ovs-vsctl add-br ${shellWord(name)}), or name an existing bridge (external_ids:ovn-bridge)`;
}

/** The answers behind a change: when the change has ended, the providers that gave these answers are told. */
import { type Advice, type Leaving, leftoversIn } from "./advice.ts";
import type { Change, Remove } from "./change.ts";

/**
 * The answers behind a change. A change that takes an interface over also ends the consultation of the port that loses it;
 * the removal of an interface whose port is wanted ends only the consultation about this removal.
 */
export function withLeaving(advice: Advice, change: Change): Advice {
  if (advice.kind !== "asked") return advice;
  switch (change.kind) {
    case "create":
      return advice;
    case "update":
      return change.adoption === undefined ? advice : { ...advice, leaving: change.adoption.leaving };
    case "replug": {
      const adopted = change.take.kind === "update" ? (change.take.adoption?.leaving ?? null) : null;
      return adopted === null ? advice : { ...advice, adopted };
    }
    case "remove":
      return ofRemoval(advice, change);
  }
}

function ofRemoval(advice: Extract<Advice, { readonly kind: "asked" }>, change: Remove): Advice {
  const { main, leaving } = advice;
  if (change.keeps !== undefined) {
    const over = leftoversIn(advice).find(({ observed }) => observed.interface === change.interface);
    return instead(advice, over?.leaving ?? null);
  }
  return main.question.operation === "remove" ? advice : instead(advice, leaving);
}

/** The advice where this one consultation is all that the change stands on. */
function instead(advice: Extract<Advice, { readonly kind: "asked" }>, leaving: Leaving | null): Advice {
  if (leaving === null) return advice;
  if ("noProviderFor" in leaving) {
    return { kind: "no-provider", plugType: leaving.noProviderFor, refused: leaving.refused };
  }
  return { kind: "asked", main: leaving, leaving: null, claim: null };
}

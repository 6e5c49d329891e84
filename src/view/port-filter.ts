/** A selection of ports: by state, by name, and by page. */
import { fail, ok, type Result } from "../result.ts";
import { globMatcher } from "../text/glob.ts";
import type { PortStatus } from "./status-shape.ts";
import { byTrouble, isInTrouble, STATES_BY_TROUBLE } from "./trouble.ts";

/** The word for all ports that need attention: states other than plugged and pending, and plugged ports with a reason. */
export const TROUBLE = "trouble";

/** The words of a filter of states. */
export const STATE_WORDS = [TROUBLE, ...STATES_BY_TROUBLE] as const;
type StateWord = (typeof STATE_WORDS)[number];

export interface PortSelection {
  /** Null: every state. */
  readonly states: readonly StateWord[] | null;
  /** A shell pattern for the name of the logical port; null: every name. */
  readonly lport: string | null;
  /** A page of the ports, trouble first; null: all ports. */
  readonly page: { readonly from: number; readonly count: number } | null;
}

export const EVERY_PORT: PortSelection = { states: null, lport: null, page: null };

/** @param text states with commas between them; null: every state */
export function parseStates(text: string | null): Result<PortSelection["states"], string> {
  if (text === null) return ok(null);
  const words: StateWord[] = [];
  for (const given of text.split(",")) {
    const word = STATE_WORDS.find((known) => known === given);
    if (word === undefined) {
      return fail(`unknown state ${JSON.stringify(given)}; expected ${STATE_WORDS.join(", ")}`);
    }
    words.push(word);
  }
  return ok(words);
}

/** The ports of a selection, without its page. @param ofChassis as in `isInTrouble` */
export function matching(
  ports: readonly PortStatus[],
  { states, lport }: PortSelection,
  ofChassis: string | null = null,
): readonly PortStatus[] {
  const isNamed = lport === null ? () => true : globMatcher(lport);
  const isWanted = (port: PortStatus) =>
    states === null ||
    states.some((word) => (word === TROUBLE ? isInTrouble(port, ofChassis) : word === port.state));
  return states === null && lport === null
    ? ports
    : ports.filter((port) => isWanted(port) && isNamed(port.lport));
}

/** The ports in the order of their names; of a page, trouble first. */
export function paged(ports: readonly PortStatus[], { page }: PortSelection): readonly PortStatus[] {
  if (page === null) return ports.toSorted((a, b) => (a.lport < b.lport ? -1 : 1));
  return ports.toSorted(byTrouble).slice(page.from, page.from + page.count);
}

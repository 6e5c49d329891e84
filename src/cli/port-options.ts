/** The options `--state STATE` and `--lport GLOB` of `status` and `watch`. */
import { suggest } from "../config/suggest.ts";
import { parseStates, STATE_WORDS } from "../view/port-filter.ts";
import { type Arguments, type Option, printError } from "./command.ts";

export const PORT_OPTIONS: readonly Option[] = [
  {
    name: "state",
    type: "string",
    values: STATE_WORDS,
    meaning: `only ports in that state, or in one of several, with commas between them: ${STATE_WORDS.join(", ")}`,
  },
  {
    name: "lport",
    type: "string",
    meaning: "only logical ports whose name matches: * any text, ? a character, [a-z]",
  },
];

/** The values of the options; the daemon parses them again. */
export interface PortQuestion {
  readonly state: string | null;
  readonly lport: string | null;
}

/** @returns null: an option is wrong, and standard error says why */
export function portQuestion(command: string, args: Arguments): PortQuestion | null {
  const state = args.text("state");
  const parsed = parseStates(state);
  if (parsed.ok) return { state, lport: args.text("lport") };
  const meant = state === null ? null : suggest(state, STATE_WORDS);
  const hint = meant === null ? "" : ` (did you mean ${meant}?)`;
  printError(`vifplugd: ${command}: --state: ${parsed.error}${hint}`);
  return null;
}

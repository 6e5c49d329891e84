/** The arguments of `plug/status` that select ports: `--state=STATES`, `--lport=GLOB` and `--page=FROM,COUNT`. */
import { fail, ok, type Result } from "../result.ts";
import { type PortSelection, parseStates } from "../view/port-filter.ts";

/** The usage in `list-commands`. */
export const SELECTION_USAGE = "[--state=STATES] [--lport=GLOB] [--page=FROM,COUNT]";

/** The limit on a pattern, in characters. */
const MAX_PATTERN = 1000;

/** @returns the selection, and all other arguments in their order */
export function parseSelection(
  args: readonly string[],
): Result<{ readonly selection: PortSelection; readonly rest: readonly string[] }, string> {
  const options = args.filter((arg) => arg.startsWith("--"));
  const unknown = options.find((option) => !/^--(state|lport|page)=/.test(option));
  if (unknown !== undefined) {
    return fail(`unknown option ${JSON.stringify(unknown)}; expected ${SELECTION_USAGE}`);
  }
  const value = (name: string) => {
    const head = `--${name}=`;
    return options.findLast((option) => option.startsWith(head))?.slice(head.length) ?? null;
  };
  const states = parseStates(value("state"));
  if (!states.ok) return states;
  const page = parsePage(value("page"));
  if (!page.ok) return page;
  const lport = value("lport");
  if (lport !== null && lport.length > MAX_PATTERN) {
    return fail(`expected a pattern of at most ${MAX_PATTERN} characters, received ${lport.length}`);
  }
  const rest = args.filter((arg) => !arg.startsWith("--"));
  return ok({ selection: { states: states.value, lport, page: page.value }, rest });
}

function parsePage(text: string | null): Result<PortSelection["page"], string> {
  if (text === null) return ok(null);
  const [, from, count] = /^(\d{1,9}),(\d{1,9})$/.exec(text) ?? [];
  return from === undefined || count === undefined
    ? fail(`expected --page=FROM,COUNT, received ${JSON.stringify(text)}`)
    : ok({ from: Number(from), count: Number(count) });
}

/** The arguments for a selection. */
export function selectionArguments(
  state: string | null,
  lport: string | null,
  page: PortSelection["page"] = null,
): readonly string[] {
  return [
    ...(state === null ? [] : [`--state=${state}`]),
    ...(lport === null ? [] : [`--lport=${lport}`]),
    ...(page === null ? [] : [`--page=${page.from},${page.count}`]),
  ];
}

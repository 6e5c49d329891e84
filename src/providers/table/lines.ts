/**
 * Parses the text of a table: YAML with a key for each logical port, and the port's interface as the value. Pure: the result
 * is the interfaces and the errors of lines, with their places.
 *
 * Invariant: an error in a line concerns only the logical port of the line. A text is refused as a whole only when it is no
 * mapping of lines.
 */
import * as v from "valibot";
import { isMap, isNode, isScalar } from "yaml";
import { parseBounded } from "../../bounded-yaml/parse.ts";
import { fail, messageOf, ok, type Result } from "../../result.ts";
import { interfaceNameFault, interfaceSizeFault } from "../answer.ts";
import type { WantedInterface } from "../provider.ts";

/** An error, as LINE:COL: MESSAGE. */
export type TableFault = string;

export interface Lines {
  /** The interfaces by logical port. `parseAnswer` refuses a wrong interface name, as that of any other provider. */
  readonly interfaces: ReadonlyMap<string, WantedInterface>;
  /** The error of each wrong line, by logical port. */
  readonly faults: ReadonlyMap<string, TableFault>;
}

const text = v.string("expected a text, in quotes where it looks like a number");
const texts = v.record(v.string(), text, "expected a mapping of texts");

const line = v.strictObject(
  {
    name: text,
    type: v.optional(text, ""),
    options: v.optional(texts, {}),
    other_config: v.optional(texts),
  },
  ({ expected, received }) =>
    expected === "never"
      ? "unknown key: expected name, type, options, other_config"
      : received === "undefined"
        ? "name is missing"
        : "expected a mapping: name, type, options, other_config",
);

/** The limit on reported errors. */
export const MAX_FAULTS = 20;

/** Some 8000 logical ports with six options each (72 tokens), which take two to three seconds. */
const LIMITS = { tokens: 600_000, values: 600_000, faults: MAX_FAULTS };

export function parseTable(content: string): Result<Lines, readonly TableFault[]> {
  const { document, faults: broken, placeOf } = parseBounded(content, LIMITS);
  const at = (offset: number, message: string): TableFault => {
    const { line: row, column } = placeOf(offset);
    return `${row}:${column}: ${message}`;
  };
  if (document === null || broken.length > 0) {
    return fail(broken.map(({ offset, message }) => at(offset, message)));
  }
  const { contents } = document;
  const interfaces = new Map<string, WantedInterface>();
  const lineFaults = new Map<string, TableFault>();
  if (contents === null) return ok({ interfaces, faults: lineFaults });
  if (!isMap(contents)) return fail([at(0, "expected a mapping: a key for each logical port")]);
  for (const { key, value } of contents.items) {
    const lport = isScalar(key) ? String(key.value) : "";
    const offset = startOf(key) ?? 0;
    try {
      const plain: unknown = isNode(value) ? value.toJS(document) : value;
      // (Valibot alone takes a list for a mapping.)
      const parsed = v.safeParse(line, Array.isArray(plain) ? null : plain, { abortEarly: true });
      if (!parsed.success) {
        const [{ path, message }] = parsed.issues;
        const keys = (path ?? []).map((item) => String(item.key));
        lineFaults.set(
          lport,
          at(placeIn(value, keys) ?? offset, `${[lport, ...keys].join(".")}: ${message}`),
        );
        continue;
      }
      const { name, type, options, other_config: otherConfig } = parsed.output;
      const wanted = { name, type, options, ...(otherConfig === undefined ? {} : { otherConfig }) };
      const tooLarge = interfaceSizeFault(wanted);
      if (tooLarge !== null) {
        lineFaults.set(lport, at(offset, `${lport}: the interface ${tooLarge}`));
        continue;
      }
      interfaces.set(lport, wanted);
      const fault = interfaceNameFault(name);
      if (fault === null) continue;
      const message = `${lport}.name: expected the name of an interface; this one ${fault}`;
      lineFaults.set(lport, at(placeIn(value, ["name"]) ?? offset, message));
    } catch (thrown) {
      lineFaults.set(lport, at(offset, `${lport}: ${messageOf(thrown)}`));
    }
  }
  return ok({ interfaces, faults: lineFaults });
}

/** The offset of the value below these keys, or below the first keys that exist. */
function placeIn(node: unknown, keys: readonly string[]): number | null {
  let place = startOf(node);
  let here = node;
  for (const key of keys) {
    const pair = isMap(here)
      ? here.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    here = pair?.value;
    place = startOf(here) ?? startOf(pair?.key) ?? place;
  }
  return place;
}

function startOf(node: unknown): number | null {
  return isNode(node) && node.range ? node.range[0] : null;
}

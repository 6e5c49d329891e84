/**
 * The table's text: YAML, a key for each logical port, and under it the interface that realises it. Pure: a text becomes
 * the lines, each with what is wrong with it and where.
 *
 * Invariant: what is wrong with a line is an error of its logical port alone; only a text that is no mapping of lines is
 * refused as a whole.
 */
import * as v from "valibot";
import { isMap, isNode, isScalar } from "yaml";
import { parseBounded } from "../../bounded-yaml/parse.ts";
import { fail, messageOf, ok, type Result } from "../../result.ts";
import { interfaceNameFault, interfaceSizeFault } from "../answer.ts";
import type { WantedInterface } from "../provider.ts";

/** What is wrong, as LINE:COL: MESSAGE. */
export type TableFault = string;

export interface Lines {
  /** By logical port, those of which an interface can be made. A name that no interface may have is refused as any provider's is. */
  readonly interfaces: ReadonlyMap<string, WantedInterface>;
  /** By logical port: what is wrong with its line. */
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

/** More errors than this are of no use to anybody. */
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

/** Where the value stands that is under these keys, or as much of them as there is. */
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

/**
 * The table's text: YAML, a key for each logical port, and under it the interface that realises it. Pure: a text becomes
 * the interfaces, or every error in it with its place.
 *
 * Invariant: a name that no interface may have is an error of its logical port alone, whatever provider gives it, so such a
 * name is told of here and refused where all providers' are.
 */
import * as v from "valibot";
import { isMap, isNode, isScalar } from "yaml";
import { parseBounded } from "../../bounded-yaml/parse.ts";
import { mapping } from "../../mapping.ts";
import { fail, messageOf, ok, type Result } from "../../result.ts";
import { interfaceNameFault, interfaceSizeFault } from "../answer.ts";
import type { WantedInterface } from "../provider.ts";

/** What is wrong, as LINE:COL: MESSAGE. */
export type TableFault = string;

export interface Lines {
  /** By logical port. */
  readonly interfaces: ReadonlyMap<string, WantedInterface>;
  /** Of names that no interface may have. */
  readonly nameFaults: readonly TableFault[];
}

const QUOTED = "in quotes where it looks like a number";
const text = v.string(`expected a text, ${QUOTED}`);
const texts = mapping(text, "expected a mapping of texts");

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
const MAX_FAULTS = 20;

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
  if (contents === null) return ok({ interfaces: new Map(), nameFaults: [] });
  if (!isMap(contents)) return fail([at(0, "expected a mapping: a key for each logical port")]);
  const interfaces = new Map<string, WantedInterface>();
  const faults: TableFault[] = [];
  const nameFaults: TableFault[] = [];
  for (const { key, value } of contents.items) {
    if (faults.length >= MAX_FAULTS) break;
    const offset = startOf(key) ?? 0;
    const lport = textOfKey(key);
    if (lport === null) {
      faults.push(at(offset, "expected the name of a logical port as the key"));
      continue;
    }
    for (const other of keysWithin(value)) {
      if (isScalar(other) && typeof other.value === "string") continue;
      faults.push(at(startOf(other) ?? offset, `${lport}: expected a text as the key, ${QUOTED}`));
    }
    try {
      const plain: unknown = isNode(value) ? value.toJS(document) : value;
      // (Valibot alone takes a list for a mapping.)
      const parsed = v.safeParse(line, Array.isArray(plain) ? null : plain);
      if (parsed.success) {
        const { name, type, options, other_config: otherConfig } = parsed.output;
        const wanted = { name, type, options, ...(otherConfig === undefined ? {} : { otherConfig }) };
        interfaces.set(lport, wanted);
        const tooLarge = interfaceSizeFault(wanted);
        if (tooLarge !== null) faults.push(at(offset, `${lport}: the interface ${tooLarge}`));
        const fault = interfaceNameFault(name);
        if (fault !== null && nameFaults.length < MAX_FAULTS) {
          const message = `${lport}.name: expected the name of an interface; this one ${fault}`;
          nameFaults.push(at(placeIn(value, ["name"]) ?? offset, message));
        }
        continue;
      }
      for (const { path, message } of parsed.issues) {
        const keys = (path ?? []).map((item) => String(item.key));
        faults.push(at(placeIn(value, keys) ?? offset, `${[lport, ...keys].join(".")}: ${message}`));
      }
    } catch (thrown) {
      faults.push(at(offset, `${lport}: ${messageOf(thrown)}`));
    }
  }
  return faults.length === 0 ? ok({ interfaces, nameFaults }) : fail(faults.slice(0, MAX_FAULTS));
}

/** The key as it is written: `007` is another name than `7`, although YAML reads the same number. Null: it is no scalar. */
function textOfKey(key: unknown): string | null {
  if (!isScalar(key)) return null;
  return typeof key.value === "string" ? key.value : (key.source ?? null);
}

/** The keys of a mapping, and of the mappings in it. */
function keysWithin(node: unknown): readonly unknown[] {
  return isMap(node) ? node.items.flatMap(({ key, value }) => [key, ...keysWithin(value)]) : [];
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

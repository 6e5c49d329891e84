/** The commented configuration that users start from. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import { defaultConfig, loadConfig } from "../../src/config/load.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { configSchema } from "../../src/config/schema.ts";
import { type Part, readSchema } from "../../tools/generate/schema-keys.ts";

const file = join(import.meta.dir, "../../config/vifplugd.yaml");
const schema = readSchema(configSchema);

/** The example with every key switched on: valid, and as it is written. */
async function switchedOn(): Promise<unknown> {
  const text = (await Bun.file(file).text()).replaceAll(/^#(?=[a-z]| {2})/gm, "").replaceAll(/^# .*$/gm, "");
  const parsed = parseConfig(text, file);
  if (!parsed.ok) throw new Error(parsed.error.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return parse(text);
}

/** The paths of all keys of a value, those in its lists once. */
function pathsIn(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [path];
  if (Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, each]) => pathsIn(each, path === "" ? key : `${path}.${key}`));
}

/** Every key that the schema has, with its default where that is a value. */
function keysOf(part: Part, path = ""): readonly (readonly [string, unknown])[] {
  const below = part.kind === "list" && part.item !== null ? part.item : part;
  const here = part.kind === "list" ? `${path}[]` : path;
  if (below.kind === "variants") return below.variants.flatMap((variant) => keysOf(variant.part, here));
  if (below.kind !== "mapping") return [[here, part.fixedDefault]];
  return [...below.keys].flatMap(([key, each]) => keysOf(each, here === "" ? key : `${here}.${key}`));
}

test("the example is valid, and as it is, it is the defaults", () => {
  expect(loadConfig(file)).toEqual({ ok: true, value: defaultConfig() });
});

test("the example has every key there is", async () => {
  const keys = new Set(keysOf(schema).map(([path]) => path));
  expect([...new Set(pathsIn(await switchedOn()))].sort()).toEqual([...keys].sort());
});

test("where a default is a value, the example has that value", async () => {
  const on: unknown = await switchedOn();
  const valueAt = (path: string) =>
    path.split(".").reduce<unknown>((value, key) => new Map(Object.entries(Object(value))).get(key), on);
  const fixed = keysOf(schema).filter(([path, value]) => value !== undefined && !path.includes("[]"));
  expect(fixed.length).toBeGreaterThan(5);
  expect(fixed.map(([path]) => [path, valueAt(path)])).toEqual(fixed.map(([path, value]) => [path, value]));
});

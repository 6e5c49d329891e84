/** What is generated from the sources is current, and does what it is for. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { commands } from "../../src/cli/commands.ts";
import { defaultConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";
import { ownProviders, providerModules } from "../../src/providers/builtin.ts";
import { configRows } from "../../tools/generate/config-table.ts";
import { readSchema } from "../../tools/generate/schema-keys.ts";
import { between, generated } from "../../tools/generate.ts";

const root = join(import.meta.dir, "../..");
const bash = join(root, "config/completion/vifplugd.bash");

test.each([...generated()])("%s is current (else: npm run generate)", async (path, content) => {
  expect(await Bun.file(join(root, path)).text()).toBe(content);
});

describe("the JSON Schema", () => {
  interface Schema {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly items?: Schema;
    readonly oneOf?: readonly Schema[];
    readonly enum?: readonly unknown[];
    readonly anyOf?: unknown;
    readonly additionalProperties?: boolean;
    readonly default?: unknown;
  }
  const schema: Schema = JSON.parse(generated().get("config/vifplugd.schema.json") ?? "");

  test("has every key of the configuration, with its default, and lets no other in", () => {
    const { properties = {} } = schema;
    expect(schema.additionalProperties).toBe(false);
    const known: readonly string[] = Object.keys(defaultConfig());
    expect(known.filter((key) => !(key in properties))).toEqual([]);
    // Those that follow from the environment are described instead.
    const computed = ["ovs.remote"];
    const wrong: string[] = [];
    for (const [section, values] of Object.entries(defaultConfig())) {
      if (typeof values !== "object" || values === null || Array.isArray(values)) continue;
      for (const [key, value] of Object.entries(values)) {
        const path = `${section}.${key}`;
        const part = properties[section]?.properties?.[key];
        const isTold = computed.includes(path)
          ? part?.description?.includes("Default:") === true
          : part?.default === value;
        if (!isTold) wrong.push(path);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("says of every key what it is for", () => {
    const silent: string[] = [];
    const visit = (path: string, part: Schema) => {
      if (part.properties === undefined && part.description === undefined) silent.push(path);
      for (const [key, value] of Object.entries(part.properties ?? {})) visit(`${path}.${key}`, value);
      if (part.items?.properties !== undefined) visit(`${path}[]`, part.items);
    };
    visit("", schema);
    expect(silent).toEqual([]);
  });

  describe("has each kind of provider", () => {
    /** As valibot has them, and not as this generator reads them. */
    function keysOf(provider: v.GenericSchema): readonly string[] {
      const steps: readonly unknown[] =
        "pipe" in provider && Array.isArray(provider.pipe) ? provider.pipe : [];
      return steps.flatMap((step) =>
        typeof step === "object" && step !== null && "entries" in step
          ? Object.keys(Object(step.entries))
          : [],
      );
    }
    const kinds: readonly (readonly [string, v.GenericSchema])[] = [
      ...providerModules.map(({ type, schema }) => [type, schema] as const),
      ...Object.entries(ownProviders),
    ];
    const variants = schema.properties?.providers?.items?.oneOf ?? [];
    const table = configRows(readSchema(configSchema)).map(
      ([key]) => key?.match(/providers\[\]\.(\w+)/)?.[1],
    );

    test.each(kinds)("with every key of %s, as the table has", (kind, provider) => {
      const keys = keysOf(provider);
      expect(keys).toContain("type");
      const [variant] = variants.filter(({ properties = {} }) =>
        kind in ownProviders ? kind in properties : properties.type?.enum?.includes(kind),
      );
      expect(Object.keys(variant?.properties ?? {}).sort()).toEqual(keys.toSorted());
      expect(keys.filter((key) => !table.includes(key))).toEqual([]);
    });

    test("whose numbers are numbers", () => {
      const [representor] = variants.filter(({ properties }) =>
        properties?.type?.enum?.includes("representor"),
      );
      expect(representor?.properties?.devices?.items?.properties?.vf_base?.enum).toEqual([0, 1]);
      expect(representor?.properties?.sf_range?.anyOf).toEqual([{ type: "string" }, { type: "number" }]);
    });
  });

  test("is not made of a schema of a kind that the generator does not know", () => {
    const known = v.strictObject({ key: v.string() });
    expect(readSchema(known).keys.get("key")?.kind).toBe("string");
    expect(() => readSchema(v.strictObject({ key: v.optional(v.date()) }))).toThrow("date");
  });

  test("has every section, down to the last one", () => {
    expect(schema.properties).toHaveProperty("metrics.properties.listen");
  });
});

describe("bash completes", () => {
  /** What it offers for the last of these words. */
  async function complete(...words: readonly string[]): Promise<readonly string[]> {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*" COMP_POINT=\${#COMP_LINE}; _vifplugd; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const child = Bun.spawn(["bash", "-c", script, "bash", bash, ...words], {
      cwd: root,
      stdout: "pipe",
      stderr: "inherit",
    });
    const text = await child.stdout.text();
    return text.trimEnd().split("\n");
  }

  test("every command", async () => {
    const names = commands.map(({ name }) => name);
    expect(await complete("vifplugd", "")).toEqual([...names, "--version", "--help"]);
    expect(await complete("vifplugd", "ex")).toEqual(["explain"]);
  });

  test.each(
    commands.map(({ name, options }) => [name, options.map((option) => `--${option.name}`)] as const),
  )("the options of %s", async (name, options) => {
    expect(await complete("vifplugd", name, "-")).toEqual(options.length === 0 ? [""] : [...options]);
  });

  test("the words of an option's value", async () => {
    expect(await complete("vifplugd", "graph", "--format", "")).toEqual(["text", "dot", "mermaid", "svg"]);
    expect(await complete("vifplugd", "graph", "--format", "do")).toEqual(["dot"]);
  });
});

test("content goes between its markers, which have to be there", () => {
  expect(between("a\n<!-- x -->\nold\n<!-- /x -->\nb\n", "x", "new\n")).toBe(
    "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n",
  );
  expect(() => between("a\n", "x", "new")).toThrow("<!-- x -->");
});

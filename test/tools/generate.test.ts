/** What is generated from the sources is current, and does what it is for. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { commands } from "../../src/cli/commands.ts";
import { defaultConfig } from "../../src/config/load.ts";
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

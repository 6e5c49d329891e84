/** Whatever the text is: a configuration, or errors with places in it; never an exception, and nothing for ever. */
import { test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../src/config/parse.ts";
import { messageOf } from "../../src/result.ts";
import { checkProperty, type Random, shrinkList } from "../support/random.ts";

const example = readFileSync(join(import.meta.dir, "../../config/vifplugd.yaml"), "utf8").replaceAll(
  /^#(?=[a-z]| {2})/gm,
  "",
);
const SNIPPETS = [
  ...["\t", "\0", "&a ", "*a", "<<: ", "{", "}", "[", "]", ": ", "- ", "\n", "'", '"', "|", ">", "? "],
  ...["---\n", "!!binary ", "%YAML 9\n", "é", "💥", "\u2028", "null", "1e999", "__proto__: 1\n", "  "],
];

interface Edit {
  /** Where, as a part of the text's length. */
  readonly at: number;
  readonly cut: number;
  readonly inserted: string;
}

function generate(random: Random): readonly Edit[] {
  return random.list(1 + random.int(8), () => ({
    at: random.int(10_000) / 10_000,
    cut: random.int(12),
    inserted: random.chance(0.7) ? random.pick(SNIPPETS) : "",
  }));
}

function mutilate(edits: readonly Edit[]): string {
  return edits.reduce((text, { at, cut, inserted }) => {
    const start = Math.floor(at * text.length);
    return text.slice(0, start) + inserted + text.slice(start + cut);
  }, example);
}

function failure(edits: readonly Edit[]): string | undefined {
  const text = mutilate(edits);
  try {
    const parsed = parseConfig(text, "fuzz.yaml");
    if (parsed.ok) return undefined;
    if (parsed.error.length === 0) return "refused without an error";
    const lines = text.split("\n").length;
    const odd = parsed.error.find(
      ({ line, column, message }) => message === "" || column < 1 || line < 1 || line > lines,
    );
    return odd === undefined ? undefined : `an error without a place or a message: ${JSON.stringify(odd)}`;
  } catch (thrown) {
    return `threw ${messageOf(thrown)}`;
  }
}

test("a mutilated configuration is one, or leads to errors with their places", () => {
  checkProperty<readonly Edit[]>({
    cases: 1000,
    generate,
    failure,
    shrink: shrinkList,
    format: (edits) => JSON.stringify(mutilate(edits)),
  });
});

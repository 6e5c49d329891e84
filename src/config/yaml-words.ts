/** What is wrong with the syntax of a YAML text, in words for who wrote it; the parser's own are about its insides. */
import type { YAMLError } from "yaml";

type Words = (error: YAMLError, text: string) => string;

const UNEXPECTED = "not valid YAML: expected KEY: VALUE, or - and an item of a list";

const WORDS: ReadonlyMap<YAMLError["code"], Words> = new Map<YAMLError["code"], Words>([
  [
    "BAD_INDENT",
    ({ message }) =>
      message.startsWith("Flow")
        ? "a { or [ is not closed: expected } or ] before this"
        : "wrong indentation: expected the keys or items of one section below each other, indented by spaces",
  ],
  ["TAB_AS_INDENT", () => "a tab as indentation: expected spaces"],
  [
    "BLOCK_AS_IMPLICIT_KEY",
    () =>
      "a second key or list on the line: expected one KEY: VALUE, a value with a colon and a space in quotes",
  ],
  ["MULTILINE_IMPLICIT_KEY", () => "a line without a colon: expected KEY: VALUE"],
  [
    "BAD_DQ_ESCAPE",
    () => "unknown escape sequence: expected \\\\ for a backslash, or single quotes around the text",
  ],
  [
    "BAD_SCALAR_START",
    ({ pos: [at] }, text) => `a value cannot begin with ${text[at] ?? "this"}: put it in quotes`,
  ],
  ["MULTIPLE_DOCS", () => "a second document begins here: expected one, so remove this line"],
  [
    "MISSING_CHAR",
    ({ message }) => {
      if (message.includes("quote")) return "a quote is not closed: expected another one before this";
      return message.startsWith("Implicit map keys")
        ? "a line without a colon: expected KEY: VALUE"
        : UNEXPECTED;
    },
  ],
]);

export function yamlWords(error: YAMLError, text: string): string {
  return WORDS.get(error.code)?.(error, text) ?? UNEXPECTED;
}

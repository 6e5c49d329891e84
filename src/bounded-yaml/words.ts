/** Describes a syntax error of a YAML text for its author; the messages of the parser are about its internals. */
import { Lexer, type YAMLError, type YAMLWarning } from "yaml";

type Words = (place: Place, text: string) => string;

/** The surroundings of an error. */
interface Place {
  readonly offset: number;
  /** The number of open { and [. */
  readonly depth: number;
  /** True: a quote is open. */
  readonly isInQuote: boolean;
}

const UNEXPECTED = "not valid YAML: expected KEY: VALUE, or - and an item of a list";

const WORDS: ReadonlyMap<YAMLError["code"], Words> = new Map<YAMLError["code"], Words>([
  [
    "BAD_INDENT",
    ({ depth }) =>
      depth > 0
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
    ({ offset }, text) => `a value cannot begin with ${text[offset] ?? "this"}: put it in quotes`,
  ],
  ["TAG_RESOLVE_FAILED", () => "an unknown tag: expected the value without it"],
  ["MULTIPLE_DOCS", () => "a second document begins here: expected one, so remove this line"],
  [
    "MISSING_CHAR",
    ({ depth, isInQuote }) => {
      if (isInQuote) return "a quote is not closed: expected another one before this";
      return depth === 0 ? "a line without a colon: expected KEY: VALUE" : UNEXPECTED;
    },
  ],
]);

export function yamlWords(error: YAMLError | YAMLWarning, text: string): string {
  return WORDS.get(error.code)?.(placeOf(error.pos[0], text), text) ?? UNEXPECTED;
}

/** Reads the tokens before an error, because the error codes of the parser are coarse. */
function placeOf(offset: number, text: string): Place {
  let at = 0;
  let depth = 0;
  let isInQuote = false;
  for (const token of new Lexer().lex(text)) {
    if (at > offset) break;
    // A token without text: the beginning of a document or of a scalar.
    if (MARKS.includes(token)) continue;
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth = Math.max(depth - 1, 0);
    const [first] = token;
    isInQuote = (first === "'" || first === '"') && (token.length === 1 || !token.endsWith(first));
    at += token.length;
  }
  return { offset, depth, isInQuote };
}

const MARKS = ["\u0002", "\u0018", "\u001f"];

/** The JSON Schema with which editors complete and check the configuration. */
import type { Part } from "./schema-keys.ts";

type Json = { readonly [key: string]: unknown };

export function jsonSchema(root: Part): string {
  return formatJson({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "vifplugd's configuration",
    ...schemaOf(root),
  });
}

export function formatJson(schema: object): string {
  return `${JSON.stringify(schema, null, 2).replaceAll(LIST_OF_WORDS, onOneLine)}\n`;
}

/** A list of words on several lines. The formatter of this repository writes such a list on one line where there is room. */
const LIST_OF_WORDS = /^(.*)\[\n\s+([^[\]{}]*?)\n\s+\](,?)/gm;
const LINE_WIDTH = 110;

function onOneLine(lines: string, before: string, words: string, after: string): string {
  const line = `${before}[${words.split(/\n\s+/).join(" ")}]${after}`;
  return line.length <= LINE_WIDTH ? line : lines;
}

function schemaOf(part: Part): Json {
  const { description, fixedDefault, otherDefault } = part;
  const about = [description, otherDefault === null ? null : `Default: ${otherDefault.replaceAll("`", "")}.`]
    .filter((sentence) => sentence !== null)
    .join(" ");
  return {
    ...(about === "" ? {} : { description: about }),
    ...typeOf(part),
    ...(fixedDefault === undefined || part.kind === "mapping" ? {} : { default: fixedDefault }),
  };
}

function typeOf(part: Part): Json {
  const { kind, keys, item, words, pattern, minimum, maximum, minLength, variants, choices } = part;
  switch (kind) {
    case "mapping": {
      const required = [...keys].filter(([, each]) => each.required).map(([key]) => key);
      return {
        // Null is the value of a section whose lines are all commented out.
        type: part.required ? "object" : ["object", "null"],
        properties: Object.fromEntries([...keys].map(([key, each]) => [key, schemaOf(each)])),
        ...(required.length === 0 ? {} : { required }),
        additionalProperties: false,
      };
    }
    case "variants":
      return { oneOf: variants.map(({ part }) => schemaOf(part)) };
    case "list":
      return {
        type: "array",
        ...(item === null ? {} : { items: schemaOf(item) }),
        ...(minLength === null ? {} : { minItems: minLength }),
      };
    case "words":
      return { enum: words };
    case "string":
      return {
        type: "string",
        ...(minLength === null ? {} : { minLength }),
        ...(pattern === null ? {} : { pattern }),
      };
    case "number":
    case "integer":
      return {
        type: kind,
        ...(minimum === null ? {} : { minimum }),
        ...(maximum === null ? {} : { maximum }),
      };
    case "anything":
      return { type: "object" };
    case "boolean":
      return { type: "boolean" };
    case "either":
      return { anyOf: choices.map(schemaOf) };
  }
}

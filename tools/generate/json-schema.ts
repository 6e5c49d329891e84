/** The configuration's JSON Schema, with which editors complete and check it. */
import type { Part } from "./schema-keys.ts";

type Json = { readonly [key: string]: unknown };

export function jsonSchema(root: Part): string {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "vifplugd's configuration",
    ...schemaOf(root),
  };
  return `${JSON.stringify(schema, null, 2).replaceAll(LIST_OF_WORDS, onOneLine)}\n`;
}

/** As the formatter of this repository writes them. */
const LIST_OF_WORDS = /\[\n\s+([^[\]{}]*?)\n\s+\]/g;

function onOneLine(_: string, words: string): string {
  return `[${words.split(/\n\s+/).join(" ")}]`;
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
  const { kind, keys, item, words, pattern, minimum, maximum, minLength, variants } = part;
  switch (kind) {
    case "mapping": {
      // A key that is not to be used yet is refused, like one that is unknown.
      const known = [...keys].filter(([, each]) => each.kind !== "unknown");
      const required = known.filter(([, each]) => each.required).map(([key]) => key);
      return {
        // A section of which every line is commented out.
        type: part.required ? "object" : ["object", "null"],
        properties: Object.fromEntries(known.map(([key, each]) => [key, schemaOf(each)])),
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
    case "unknown":
      return {};
  }
}

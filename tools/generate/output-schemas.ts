/** The JSON Schemas of the output of `--json`, made from the schemas that give the program its types and parsers. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { JSON_OUTPUTS, type JsonOutput } from "../../src/view/shapes.ts";
import { formatJson } from "./json-schema.ts";

/** The content of each file, by its path below the repository's root. */
export function outputSchemas(): ReadonlyMap<string, string> {
  return new Map(JSON_OUTPUTS.map((output) => [`docs/json/${output.name}.schema.json`, schemaOf(output)]));
}

function schemaOf({ command, shape }: JsonOutput): string {
  const { $schema, ...schema } = toJsonSchema(shape, {
    target: "draft-2020-12",
    typeMode: "output",
    // It is the types that it is for.
    ignoreActions: ["readonly"],
  });
  return formatJson({ $schema, title: `vifplugd ${command}`, ...schema });
}

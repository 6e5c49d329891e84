/**
 * `npm run generate`: writes the files that follow from the sources, so that nobody keeps them in step by hand: the JSON Schemas
 * of the configuration and of the output of `--json`, the tables of keys, commands and conditions in docs/, and the completion
 * for shells. A test checks that all of these files are current.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../src/cli/commands.ts";
import { configSchema } from "../src/config/schema.ts";
import { commandTable } from "./generate/command-table.ts";
import { bashCompletion, zshCompletion } from "./generate/completion.ts";
import { conditionsTable } from "./generate/conditions-table.ts";
import { configTable } from "./generate/config-table.ts";
import { jsonSchema } from "./generate/json-schema.ts";
import { outputSchemas } from "./generate/output-schemas.ts";
import { readSchema } from "./generate/schema-keys.ts";

const root = join(import.meta.dir, "..");

/** The content of each generated file, by its path below the repository's root. */
export function generated(): ReadonlyMap<string, string> {
  const schema = readSchema(configSchema);
  const page = (path: string) => readFileSync(join(root, path), "utf8");
  return new Map([
    ["config/vifplugd.schema.json", jsonSchema(schema)],
    ["config/completion/vifplugd.bash", bashCompletion(commands)],
    ["config/completion/_vifplugd", zshCompletion(commands)],
    ["docs/operating.md", between(page("docs/operating.md"), "commands", commandTable(commands))],
    ["docs/configuration.md", between(page("docs/configuration.md"), "configuration", configTable(schema))],
    ...outputSchemas(),
    ["docs/rules.md", between(page("docs/rules.md"), "conditions", conditionsTable())],
  ]);
}

/** The text with the part between `<!-- NAME -->` and `<!-- /NAME -->` replaced. */
export function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`expected the markers ${start.trim()} and ${end}`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}

if (import.meta.main) {
  for (const [path, content] of generated()) await Bun.write(join(root, path), content);
}

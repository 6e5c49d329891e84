#!/usr/bin/env node
/** Command line of the generator: `ovsdb-jsonrpc-generate SCHEMA.ovsschema OUT.gen.ts`; here `bun run generate.ts …`. */
import { readFileSync, writeFileSync } from "node:fs";
import { generateModule } from "./generate/generator.ts";
import { whyNoModule } from "./generate/identifier.ts";
import { parseDatabaseSchema } from "./schema/parse.ts";

const USAGE = "usage: ovsdb-jsonrpc-generate SCHEMA.ovsschema OUT.gen.ts";

function main(args: readonly string[]): number {
  const [input, output] = args;
  if (input === "--help" || input === "-h") {
    console.log(
      `${USAGE}\nWrites a TypeScript module with the row types and the descriptor of a database's schema.`,
    );
    return 0;
  }
  if (input === undefined || output === undefined || args.length > 2) {
    console.error(USAGE);
    return 64;
  }
  try {
    const schema = parseDatabaseSchema(JSON.parse(readFileSync(input, "utf8")));
    if (!schema.ok) {
      console.error(`${input}: ${schema.error}`);
      return 1;
    }
    const reason = whyNoModule(schema.value);
    if (reason !== null) {
      console.error(`${input}: ${reason}`);
      return 1;
    }
    for (const table of Object.values(schema.value.tables))
      for (const reason of Object.values(table.unreadable ?? {}))
        console.error(`${input}: left out: ${reason}`);
    writeFileSync(output, generateModule(schema.value));
    return 0;
  } catch (error) {
    console.error(`${input}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));

/**
 * Reads a configuration file. Nothing is read but the file; what is absent from it is a default of the schema.
 */
import { closeSync, openSync, readSync } from "node:fs";
import * as v from "valibot";
import { fail, messageOf, ok, type Result } from "../result.ts";
import type { ConfigError } from "./error.ts";
import { parseConfig } from "./parse.ts";
import { type Config, configSchema } from "./schema.ts";

export const DEFAULT_CONFIG_FILE = "/etc/vifplugd/vifplugd.yaml";

/** Far more than a configuration needs: what is larger is another file, and may be without end. */
export const MAX_CONFIG_BYTES = 1 << 20;

/** The built-in defaults: the configuration of an empty file. */
export function defaultConfig(): Config {
  return v.parse(configSchema, {});
}

/**
 * @param file the path given with `--config`, or null: then an absent default file means the built-in defaults
 */
export function loadConfig(file: string | null): Result<Config, readonly ConfigError[]> {
  const path = file ?? DEFAULT_CONFIG_FILE;
  let bytes: Uint8Array;
  try {
    bytes = readAtMost(path, MAX_CONFIG_BYTES + 1);
  } catch (thrown) {
    return file === null && isNotFound(thrown) ? ok(defaultConfig()) : unreadable(path, messageOf(thrown));
  }
  if (bytes.length > MAX_CONFIG_BYTES) {
    return unreadable(path, `it is larger than ${MAX_CONFIG_BYTES} bytes, which no configuration is`);
  }
  try {
    // A byte order mark is no part of the text.
    return parseConfig(new TextDecoder("utf-8", { fatal: true }).decode(bytes), path);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return unreadable(path, "it is not UTF-8 text");
  }
}

function unreadable(file: string, why: string): Result<never, readonly ConfigError[]> {
  return fail([{ file, line: 1, column: 1, message: `cannot read the configuration: ${why}`, source: null }]);
}

/** A pipe, too, gives what it has piece by piece; a device may never end. */
function readAtMost(path: string, limit: number): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const buffer = new Uint8Array(limit);
    let length = 0;
    while (length < limit) {
      const read = readSync(fd, buffer, length, limit - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

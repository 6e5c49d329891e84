/**
 * Reads a configuration file. Nothing is read but the file; what is absent from it is a default of the schema.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import * as v from "valibot";
import { fail, hasCode, messageOf, ok, type Result, systemMessageOf } from "../result.ts";
import type { ConfigError } from "./error.ts";
import { parseConfig } from "./parse.ts";
import { type Config, configSchema } from "./schema.ts";

export const DEFAULT_CONFIG_FILE = "/etc/vifplugd/vifplugd.yaml";

/** Far more than a configuration needs: what is larger is another file, and may be without end. */
export const MAX_CONFIG_BYTES = 256 << 10;

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
    if (!hasCode(thrown, "ENOENT")) return unreadable(path, systemMessageOf(thrown));
    return file === null ? ok(defaultConfig()) : unreadable(path, "no such file");
  }
  if (bytes.length > MAX_CONFIG_BYTES) {
    return unreadable(path, `it is larger than ${MAX_CONFIG_BYTES} bytes, which no configuration is`);
  }
  try {
    // A byte order mark is no part of the text.
    return parseConfig(new TextDecoder("utf-8", { fatal: true }).decode(bytes), path);
  } catch (thrown) {
    return unreadable(path, thrown instanceof TypeError ? "it is not UTF-8 text" : messageOf(thrown));
  }
}

function unreadable(file: string, why: string): Result<never, readonly ConfigError[]> {
  return fail([{ file, line: 1, column: 1, message: `cannot read the configuration: ${why}`, source: null }]);
}

/** Milliseconds that a pipe may take to give what it has. */
const PIPE_WITHIN_MS = 500;

/**
 * A pipe, too, gives what it has piece by piece, but nobody waits for it for long; a device may never end.
 *
 * @throws Error when there is nothing to read, as in a pipe that nobody writes to
 */
export function readAtMost(path: string, limit: number): Uint8Array {
  // Without waiting: for who writes to a pipe open(2) would wait for ever.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const end = performance.now() + PIPE_WITHIN_MS;
    const isPipe = fstatSync(fd).isFIFO();
    const buffer = new Uint8Array(limit);
    let length = 0;
    while (length < limit) {
      const read = readSome(fd, buffer, length);
      // Who writes to a pipe may open it a moment after this does: what has no writer looks as if it had ended.
      const isAwaited = read === null || (read === 0 && isPipe && length === 0);
      if (!isAwaited && read === 0) break;
      if (!isAwaited) length += read;
      else if (performance.now() > end) throw new Error(length === 0 ? NO_WRITER : NO_END);
      else Bun.sleepSync(PIPE_PAUSE_MS);
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

const PIPE_PAUSE_MS = 5;
const NO_WRITER = "a pipe that nobody writes to";
const NO_END = "a pipe that is not written to its end";

/** @returns null when there is nothing yet */
function readSome(fd: number, buffer: Uint8Array, from: number): number | null {
  try {
    return readSync(fd, buffer, from, buffer.length - from, null);
  } catch (thrown) {
    if (hasCode(thrown, "EAGAIN")) return null;
    throw thrown;
  }
}

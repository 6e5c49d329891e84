/**
 * Reads a configuration file. Nothing else is read; an absent key has the default of the schema.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import * as v from "valibot";
import { fail, hasCode, messageOf, ok, type Result, systemMessageOf } from "../result.ts";
import type { ConfigError } from "./error.ts";
import { parseConfig } from "./parse.ts";
import { type Config, configSchema } from "./schema.ts";

export const DEFAULT_CONFIG_FILE = "/etc/vifplugd/vifplugd.yaml";

/** The limit on the file, in bytes: far more than a configuration needs. A larger file may have no end. */
export const MAX_CONFIG_BYTES = 256 << 10;

/** The built-in defaults: the configuration of an empty file. */
export function defaultConfig(): Config {
  return v.parse(configSchema, {});
}

/**
 * @param file the path given with `--config`; null: the default file, whose absence means the built-in defaults
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
    return unreadable(path, `the file is larger than ${MAX_CONFIG_BYTES} bytes; no configuration is`);
  }
  try {
    // A byte order mark is no part of the text.
    return parseConfig(new TextDecoder("utf-8", { fatal: true }).decode(bytes), path);
  } catch (thrown) {
    return unreadable(path, thrown instanceof TypeError ? "the file is not UTF-8 text" : messageOf(thrown));
  }
}

function unreadable(file: string, why: string): Result<never, readonly ConfigError[]> {
  return fail([{ file, line: 1, column: 1, message: `cannot read the configuration: ${why}`, source: null }]);
}

/** The time for a pipe to give its content, in milliseconds. */
const PIPE_WITHIN_MS = 500;

/**
 * Reads up to `limit` bytes, without a long wait for a pipe: a pipe gives its content in pieces, and a device may never end.
 *
 * @throws Error: there is nothing to read, as in a pipe without a writer
 */
export function readAtMost(path: string, limit: number): Uint8Array {
  // Without waiting: open(2) would wait for ever for the writer of a pipe.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const end = performance.now() + PIPE_WITHIN_MS;
    const isPipe = fstatSync(fd).isFIFO();
    const buffer = new Uint8Array(limit);
    let length = 0;
    while (length < limit) {
      const read = readSome(fd, buffer, length);
      // The writer of a pipe may open the pipe a moment later: until then the pipe looks as if it had ended.
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
const NO_WRITER = "nobody writes to the pipe";
const NO_END = "the writer of the pipe does not end";

/** @returns the number of bytes read; null: no bytes yet */
function readSome(fd: number, buffer: Uint8Array, from: number): number | null {
  try {
    return readSync(fd, buffer, from, buffer.length - from, null);
  } catch (thrown) {
    if (hasCode(thrown, "EAGAIN")) return null;
    throw thrown;
  }
}

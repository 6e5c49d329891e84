/**
 * Errors as values: a computation that can fail answers a `Result`, and only the edge (main, a log line, an exit
 * code) turns a failure into something else.
 */

import { clipWords } from "./text/cut.ts";

export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

export function fail<E>(error: E): Result<never, E> {
  return { ok: false, error };
}

/** Whether this is an error of the operating system with that name, like `ENOENT`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}

/** The words of something that was thrown, whatever was thrown, also what throws when it is looked at: at most 4 KiB. */
export function messageOf(thrown: unknown): string {
  return wordsOf(thrown, ({ message }) => message);
}

/** As `messageOf`, with where an error was thrown: for errors of our own. */
export function stackOf(thrown: unknown): string {
  return wordsOf(thrown, ({ stack, message }) => stack ?? message);
}

function wordsOf(thrown: unknown, ofError: (error: Error) => string): string {
  try {
    return clipWords(String(thrown instanceof Error ? ofError(thrown) : thrown));
  } catch {
    return "something that has no words";
  }
}

/**
 * The words of a refused system call, without its code, its name and its path: `no such file or directory`. Whoever
 * prints them says which file it is about. The message of anything else that was thrown stays as it is.
 */
export function systemMessageOf(thrown: unknown): string {
  const message = messageOf(thrown);
  if (!(thrown instanceof Error && "syscall" in thrown)) return message;
  return message.replace(/^E[A-Z0-9]+: /, "").replace(/, \w+(?: '.*')?$/s, "");
}

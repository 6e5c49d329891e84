/**
 * The process of a provider's command. The process starts without a shell, has a process group of its own, reads and writes
 * lines, and ends together with the processes that it started.
 *
 * Invariants: `onEnd` is called once, after the last line. The bytes that the process has not read are bounded: `write`
 * returns false when there is no more room.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fail, ok, type Result, systemMessageOf } from "../../result.ts";
import { cut } from "../../text/cut.ts";
import { LineSplitter } from "./lines.ts";
import { PipeWriter } from "./pipe-writer.ts";
import { ThrottledLines } from "./throttled-lines.ts";

/** The limit on a line of standard output, in bytes. A longer line ends the process. */
export const MAX_LINE_BYTES = 1 << 20;
/** The bytes that may wait for the command to read them. */
export const MAX_UNREAD_BYTES = 8 << 20;
/** The same bound for messages that do not wait for room. A command that leaves more bytes unread is ended. */
const MAX_UNHEEDED_BYTES = 64 << 20;
/** The limit on a line of standard error, in bytes. A longer line is cut. */
const MAX_STDERR_BYTES = 8 << 10;
/** The time for the last output of an ended process to arrive while another process holds its pipes, in milliseconds. */
const LAST_WORDS_MS = 1000;

/** The cost of a line, whatever the line says (throttled-lines.ts). */
export function costOf(line: string): number {
  return 1 + line.length / 1024;
}

export interface ChildOptions {
  readonly argv: readonly string[];
  /** The environment variables of vifplugd. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Takes a line of standard output. @returns the cost of a line that nobody asked for, else 0 (throttled-lines.ts) */
  onLine(line: string): number;
  /** Takes a line of standard error. */
  onStderr(line: string): void;
  /** Called when there is room again after `write` returned false. */
  onRoom(): void;
  /** Called when the process has ended, or could not be started. @param how says why */
  onEnd(how: string): void;
}

export interface Child {
  /** Takes the text in any case. @returns whether there is room for more; after false, `onRoom` follows */
  write(text: string): boolean;
  readonly hasRoom: boolean;
  /** Ends the standard input of the process. */
  end(): void;
  /** Sends the signal to the whole process group. */
  signal(signal: "SIGTERM" | "SIGKILL"): void;
}

/** node:child_process throws some errors of a start, and tells the others as an event of the process. */
function spawnGroup({ argv, variables: { PATH, LANG } }: ChildOptions): Result<ChildProcess, string> {
  const [program = "", ...args] = argv;
  try {
    return ok(
      spawn(program, args, {
        cwd: "/",
        detached: true,
        env: { ...(PATH === undefined ? {} : { PATH }), ...(LANG === undefined ? {} : { LANG }) },
        stdio: ["pipe", "pipe", "pipe"],
      }),
    );
  } catch (thrown) {
    return fail(systemMessageOf(thrown));
  }
}

/** False when file descriptors have run out: then there are no pipes, and an `error` event says why. */
function hasPipes(started: ChildProcess): started is ChildProcessWithoutNullStreams {
  return started.stdin != null && started.stdout != null && started.stderr != null;
}

/** Starts a process; a simulation has its own. */
export type StartChild = (options: ChildOptions) => Child;

/** A process that could not be started. */
const NOBODY: Child = { hasRoom: false, write: () => false, end() {}, signal() {} };

export function startChild(options: ChildOptions): Child {
  const { onLine, onStderr, onRoom, onEnd } = options;
  const program = JSON.stringify(cut(options.argv[0] ?? ""));
  const notStarted = (why: string) => `it cannot be started: ${program}: ${why}`;
  const spawned = spawnGroup(options);
  if (!spawned.ok) {
    queueMicrotask(() => onEnd(notStarted(spawned.error)));
    return NOBODY;
  }
  const started = spawned.value;
  if (!hasPipes(started)) {
    started.once("error", (error) => onEnd(notStarted(systemMessageOf(error))));
    return NOBODY;
  }
  const { stdin, stdout, stderr } = started;
  let isOver = false;
  let isFull = false;
  let lastWords: ReturnType<typeof setTimeout> | null = null;
  /** Why vifplugd ends the process; null: vifplugd does not end the process. */
  let fault: string | null = null;
  const signal = (name: "SIGTERM" | "SIGKILL") => {
    if (started.pid === undefined) return;
    try {
      process.kill(-started.pid, name);
    } catch {
      // The process group has no process any more.
    }
  };
  const over = (how: string) => {
    if (isOver) return;
    isOver = true;
    if (lastWords !== null) clearTimeout(lastWords);
    lines.close();
    // Often the reason for the end, and perhaps without a line end.
    errors.end();
    // Ends the processes that the command started and that do not notice its end.
    signal("SIGKILL");
    onEnd(fault ?? how);
  };
  const lines = new ThrottledLines(stdout, {
    splitter: new LineSplitter(MAX_LINE_BYTES, "refuse"),
    onLine,
    onRefused: () => {
      fault = `it wrote ${MAX_LINE_BYTES} bytes without a line end`;
      signal("SIGKILL");
    },
  });
  const errors = new ThrottledLines(stderr, {
    splitter: new LineSplitter(MAX_STDERR_BYTES, "cut"),
    onLine: (line) => {
      onStderr(line);
      return costOf(line);
    },
    onRefused: () => {},
  });
  const input = new PipeWriter(stdin, () => {
    if (!isFull || input.unread > MAX_UNREAD_BYTES) return;
    isFull = false;
    onRoom();
  });
  started.on("error", (error) => over(notStarted(systemMessageOf(error))));
  const howItEnded = (code: number | null, name: string | null) =>
    name === null ? `it exited with status ${code}` : `it was ended by ${name}`;
  // `close` comes after the end of the pipes, so no output is lost.
  started.on("close", (code, name) => over(howItEnded(code, name)));
  // Child processes may hold the pipes open after the end of the command; a child that left the process group lives on.
  started.on("exit", (code, name) => {
    const close = () => {
      over(howItEnded(code, name));
      for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
    };
    // Output that arrived while this process was busy is read first.
    lastWords = setTimeout(() => setImmediate(close), LAST_WORDS_MS);
    signal("SIGKILL");
    lines.hurry();
    errors.hurry();
  });
  return {
    get hasRoom() {
      return !isFull;
    },
    write(text) {
      if (isOver) return false;
      input.write(text);
      isFull = input.unread > MAX_UNREAD_BYTES;
      if (input.unread > MAX_UNHEEDED_BYTES && fault === null) {
        fault = `it has left ${input.unread} bytes unread`;
        signal("SIGKILL");
      }
      return !isFull;
    },
    end: () => input.end(),
    signal,
  };
}

/**
 * The process of a provider's command: started without a shell in a process group of its own, spoken to in lines, and
 * ended with all that it started.
 *
 * Invariants: `onEnd` is called once, after the last line. What the process does not read stays bounded: `write` says
 * when there is room no more.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fail, messageOf, ok, type Result } from "../../result.ts";
import { LineSplitter } from "./lines.ts";
import { PipeWriter } from "./pipe-writer.ts";
import { ThrottledLines } from "./throttled-lines.ts";

/** A line of the command may have so many bytes, of its standard error what is beyond is cut off. */
export const MAX_LINE_BYTES = 1 << 20;
/** What may wait for the command to read it, in bytes. */
export const MAX_UNREAD_BYTES = 8 << 20;
/** With what does not wait for room, which is said when it happens: whoever leaves more unread will not read it. */
const MAX_UNHEEDED_BYTES = 64 << 20;
const MAX_STDERR_BYTES = 8 << 10;
/** So long, in milliseconds, what the process wrote before its end may take to come when somebody else holds its pipes. */
const LAST_WORDS_MS = 1000;

/** What a line costs whatever is in it. */
export function costOf(line: string): number {
  return 1 + line.length / 1024;
}

export interface ChildOptions {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line of its standard output. @returns what it has cost that nobody asked for (throttled-lines.ts) */
  onLine(line: string): number;
  /** A line of its standard error. */
  onStderr(line: string): void;
  /** There is room again for what `write` refused. */
  onRoom(): void;
  /** It is gone, and why; also when it could not be started. */
  onEnd(how: string): void;
}

export interface Child {
  /** @returns whether there is room for more; false: what was given is taken all the same, and `onRoom` follows */
  write(text: string): boolean;
  readonly hasRoom: boolean;
  /** The end of its standard input. */
  end(): void;
  /** To the whole process group. */
  signal(signal: "SIGTERM" | "SIGKILL"): void;
}

/** Some of what keeps a program from being started is told as an event of the process, the rest is thrown. */
function spawnGroup({ argv, environment: { PATH, LANG } }: ChildOptions): Result<ChildProcess, string> {
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
    return fail(messageOf(thrown));
  }
}

/** Where file descriptors have run out there are no pipes, and an event tells why. */
function hasPipes(started: ChildProcess): started is ChildProcessWithoutNullStreams {
  return started.stdin != null && started.stdout != null && started.stderr != null;
}

/** A process that could not be started. */
const NOBODY: Child = { hasRoom: false, write: () => false, end() {}, signal() {} };

export function startChild(options: ChildOptions): Child {
  const { onLine, onStderr, onRoom, onEnd } = options;
  const notStarted = (why: string) => `it cannot be started: ${why}`;
  const spawned = spawnGroup(options);
  if (!spawned.ok) {
    queueMicrotask(() => onEnd(notStarted(spawned.error)));
    return NOBODY;
  }
  const started = spawned.value;
  if (!hasPipes(started)) {
    started.once("error", (error) => onEnd(notStarted(messageOf(error))));
    return NOBODY;
  }
  const { stdin, stdout, stderr } = started;
  let isOver = false;
  let isFull = false;
  let lastWords: ReturnType<typeof setTimeout> | null = null;
  /** Why it is ended by us, before it is gone. */
  let fault: string | null = null;
  const signal = (name: "SIGTERM" | "SIGKILL") => {
    if (started.pid === undefined) return;
    try {
      process.kill(-started.pid, name);
    } catch {
      // Nobody of the group is left.
    }
  };
  const over = (how: string) => {
    if (isOver) return;
    isOver = true;
    if (lastWords !== null) clearTimeout(lastWords);
    lines.close();
    errors.close();
    // Those that it started and that do not notice its end.
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
  started.on("error", (error) => over(notStarted(messageOf(error))));
  const howItEnded = (code: number | null, name: string | null) =>
    name === null ? `it exited with status ${code}` : `it was ended by ${name}`;
  // Also its pipes are at their end then: nothing that it said is lost.
  started.on("close", (code, name) => over(howItEnded(code, name)));
  // Its children may hold the pipes open after its own end; those that left its group do not end with it.
  started.on("exit", (code, name) => {
    const close = () => {
      over(howItEnded(code, name));
      for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
    };
    // What has come by then, while we had no time, is heard first.
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

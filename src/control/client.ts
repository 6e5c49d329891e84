/** The client of the control socket, by which `vifplugd status` and other commands ask the running daemon. */
import { statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { JsonFramer } from "ovsdb-jsonrpc";
import { fail, hasCode, messageOf, ok, type Result, systemMessageOf } from "../result.ts";
import { readTrusted } from "../system/read-file.ts";
import type { CommandAnswer } from "./command.ts";

/** The longest wait for an answer, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;

/** More digits than any process id has. */
const PID_DIGITS = 20;

export function controlSocketPath(runDir: string, pid: number): string {
  return join(runDir, `vifplugd.${pid}.ctl`);
}

/** Why no daemon answered. */
export interface NoAnswer {
  readonly message: string;
  /** True: the daemon took the question and was waited for in vain, as it will be for the next question. */
  readonly isSilent: boolean;
}

/** Asks the daemon of a run directory; the error says why no daemon answered. */
export async function askDaemon(
  runDir: string,
  method: string,
  params: readonly string[],
): Promise<Result<CommandAnswer, string>> {
  const answer = await questionDaemon(runDir, method, params);
  return answer.ok ? answer : fail(answer.error.message);
}

/** As `askDaemon`, for whoever has several questions: the error also says whether the next one would be waited for in vain. */
export async function questionDaemon(
  runDir: string,
  method: string,
  params: readonly string[],
): Promise<Result<CommandAnswer, NoAnswer>> {
  const found = daemonOf(runDir);
  if (!found.ok) return fail({ message: found.error, isSilent: false });
  const { pid, pidFile } = found.value;
  const path = controlSocketPath(runDir, pid);
  const reply = await exchange(path, JSON.stringify({ id: 0, method, params }));
  if (reply.ok) {
    const answer = parseReply(reply.value);
    return answer.ok ? answer : fail({ message: answer.error, isSilent: false });
  }
  const { message, isNobodyThere, isSilent } = reply.error;
  // A daemon that was killed leaves its pid file; a daemon that hangs still has its socket.
  if (isNobodyThere && hasEnded(pid)) {
    const ended = `the process that wrote ${pidFile}, ${pid}, has ended; start vifplugd`;
    return fail({ message: `no vifplugd runs in ${runDir}: ${ended}`, isSilent });
  }
  return fail({ message: `vifplugd (pid ${pid}) does not answer: ${message}`, isSilent });
}

function daemonOf(runDir: string): Result<{ readonly pid: number; readonly pidFile: string }, string> {
  const pidFile = join(runDir, "vifplugd.pid");
  let pid: number;
  try {
    // The daemon may run as the user to whom its run directory belongs.
    const { uid } = statSync(runDir);
    pid = Number.parseInt(readTrusted(pidFile, PID_DIGITS, uid).toString("latin1"), 10);
  } catch (thrown) {
    if (!hasCode(thrown, "ENOENT")) return fail(`cannot read ${pidFile}: ${systemMessageOf(thrown)}`);
    return fail(
      `no vifplugd runs in ${runDir} (no vifplugd.pid there); start one, or name its configuration with --config`,
    );
  }
  return pid > 0
    ? ok({ pid, pidFile })
    : fail(`no vifplugd runs in ${runDir}: ${pidFile} holds no process id`);
}

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (thrown) {
    return hasCode(thrown, "ESRCH");
  }
}

interface Failure extends NoAnswer {
  /** No process listens on the socket. */
  readonly isNobodyThere: boolean;
}

function exchange(path: string, request: string): Promise<Result<Uint8Array, Failure>> {
  return new Promise((resolve) => {
    const framer = new JsonFramer();
    const socket = connect(path);
    const end = (result: Result<Uint8Array, Failure>) => {
      socket.destroy();
      resolve(result);
    };
    const failed = (message: string, isNobodyThere = false) =>
      end(fail({ message, isNobodyThere, isSilent: false }));
    socket.setTimeout(ANSWER_WITHIN_MS, () => {
      const message = `${path}: no answer in ${ANSWER_WITHIN_MS / 1000} s`;
      end(fail({ message, isNobodyThere: false, isSilent: true }));
    });
    socket.on("connect", () => socket.write(request));
    socket.on("error", (error) => {
      if (hasCode(error, "EACCES")) failed(`${path}: permission denied; ask as the user that runs it`);
      else failed(error.message, hasCode(error, "ECONNREFUSED") || hasCode(error, "ENOENT"));
    });
    socket.on("close", () => failed(`${path}: the connection was closed`));
    socket.on("data", (chunk: Uint8Array) => {
      const framed = framer.push(chunk, (text) => end(ok(text)));
      if (!framed.ok) failed(framed.error);
    });
  });
}

function parseReply(text: Uint8Array): Result<CommandAnswer, string> {
  try {
    const reply: unknown = JSON.parse(new TextDecoder().decode(text));
    if (typeof reply !== "object" || reply === null) return fail("its answer is no reply");
    const { result, error } = reply as { result?: unknown; error?: unknown };
    if (typeof result === "string") return ok({ ok: true, text: result });
    if (typeof error === "string") return ok({ ok: false, text: error });
    return fail("its answer is no reply");
  } catch (thrown) {
    return fail(`the answer of the daemon is no JSON: ${messageOf(thrown)}`);
  }
}

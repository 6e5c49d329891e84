/** The client of the control socket, by which `vifplugd status` and other commands ask the running daemon. */
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

/** Asks the daemon of a run directory; the error says why no daemon answered. */
export async function askDaemon(
  runDir: string,
  method: string,
  params: readonly string[],
): Promise<Result<CommandAnswer, string>> {
  const pidFile = join(runDir, "vifplugd.pid");
  let pid: number;
  try {
    pid = Number.parseInt(readTrusted(pidFile, PID_DIGITS).toString("latin1"), 10);
  } catch (thrown) {
    if (!hasCode(thrown, "ENOENT")) return fail(`cannot read ${pidFile}: ${systemMessageOf(thrown)}`);
    return fail(
      `no vifplugd runs in ${runDir} (no vifplugd.pid there); start one, or name its configuration with --config`,
    );
  }
  if (!(pid > 0)) return fail(`no vifplugd runs in ${runDir}: ${pidFile} holds no process id`);
  const path = controlSocketPath(runDir, pid);
  const reply = await exchange(path, JSON.stringify({ id: 0, method, params }));
  return reply.ok ? parseReply(reply.value) : fail(`vifplugd (pid ${pid}) does not answer: ${reply.error}`);
}

function exchange(path: string, request: string): Promise<Result<Uint8Array, string>> {
  return new Promise((resolve) => {
    const framer = new JsonFramer();
    const socket = connect(path);
    const end = (result: Result<Uint8Array, string>) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () =>
      end(fail(`${path}: no answer in ${ANSWER_WITHIN_MS / 1000} s`)),
    );
    socket.on("connect", () => socket.write(request));
    socket.on("error", (error) => {
      end(
        fail(
          hasCode(error, "EACCES")
            ? `${path}: permission denied; ask as the user that runs it`
            : error.message,
        ),
      );
    });
    socket.on("close", () => end(fail(`${path}: the connection was closed`)));
    socket.on("data", (chunk: Uint8Array) => {
      const framed = framer.push(chunk, (text) => end(ok(text)));
      if (!framed.ok) end(fail(framed.error));
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

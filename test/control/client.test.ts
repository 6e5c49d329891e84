// Asking the running daemon: why no daemon answers is said in words.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askDaemon, controlSocketPath } from "../../src/control/client.ts";

let runDir = "";
let server: Server | null = null;

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), "vifplugd-ask-"));
});

afterEach(() => {
  server?.close();
  server = null;
  rmSync(runDir, { recursive: true });
});

/** Something that answers every connection in its own way, as the daemon with pid 7. */
async function impostor(behave: (socket: Socket) => void): Promise<void> {
  writeFileSync(join(runDir, "vifplugd.pid"), "7\n");
  const made = createServer(behave);
  server = made;
  await new Promise<void>((resolve) => made.listen(controlSocketPath(runDir, 7), resolve));
}

test.each<[string, string | null, RegExp]>([
  [
    "there is no pid file",
    null,
    /^no vifplugd runs in \S+ \(no vifplugd\.pid there\); start one, or name .* --config$/,
  ],
  ["the pid file is empty", "", /^no vifplugd runs in .* holds no process id$/],
  ["the pid file is garbage", "garbage", /holds no process id$/],
  [
    "the process is gone",
    "999999999\n",
    /^no vifplugd runs in \S+: the process that wrote \S+\.pid, 999999999, has ended; start vifplugd$/,
  ],
  [
    "the process is there without its socket",
    `${process.pid}\n`,
    new RegExp(`^vifplugd \\(pid ${process.pid}\\) does not answer: .*ENOENT`),
  ],
])("%s", async (_, pid, error) => {
  if (pid !== null) writeFileSync(join(runDir, "vifplugd.pid"), pid);
  expect(await askDaemon(runDir, "version", [])).toEqual({ ok: false, error: expect.stringMatching(error) });
});

test.skipIf(process.getuid?.() !== 0)(
  "root asks a daemon of the user to whom the run directory belongs, and nobody else's",
  async () => {
    const pidFile = join(runDir, "vifplugd.pid");
    await impostor((socket) => socket.end('{"id":0,"result":"yes\\n","error":null}'));
    chownSync(pidFile, 65534, 65534);
    expect(await askDaemon(runDir, "version", [])).toEqual({
      ok: false,
      error: `cannot read ${pidFile}: it belongs to user 65534: expected user 0`,
    });
    chownSync(runDir, 65534, 65534);
    expect(await askDaemon(runDir, "version", [])).toEqual({ ok: true, value: { ok: true, text: "yes\n" } });
  },
);

test.each<[string, string, RegExp]>([
  ["closes the connection", "", /the connection was closed$/],
  ["sends what is no JSON", "garbage", /does not answer/],
  ["sends what is no reply", '{"id":0}', /its answer is no reply$/],
  ["sends a reply of another kind", '{"id":0,"result":1,"error":null}', /its answer is no reply$/],
])("it %s", async (_, reply, error) => {
  await impostor((socket) => socket.end(reply));
  expect(await askDaemon(runDir, "version", [])).toEqual({ ok: false, error: expect.stringMatching(error) });
});

test("its reply is an answer or a refusal", async () => {
  const replies = ['{"id":0,"result":"yes\\n","error":null}', '{"id":0,"result":null,"error":"no\\n"}'];
  await impostor((socket) => {
    socket.end(replies.shift() ?? "");
  });
  expect(await askDaemon(runDir, "version", [])).toEqual({ ok: true, value: { ok: true, text: "yes\n" } });
  expect(await askDaemon(runDir, "version", [])).toEqual({ ok: true, value: { ok: false, text: "no\n" } });
});

/** The package's own test server: what it says when it cannot start, and that nothing of it stays behind. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { Session } from "ovsdb-jsonrpc";
import { startTestServer } from "ovsdb-jsonrpc/testing";
import { playground } from "./support/playground.gen.ts";
import { PLAYGROUND } from "./support/server.ts";

/** Whether a process runs that has this text in its command line. */
function runs(text: string): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  });
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !isSo(); await Bun.sleep(50))
    if (Date.now() > end) throw new Error("it has not come about within 30 s");
}

test("a server serves its schema until it is stopped, and its folder goes with it", async () => {
  const server = await startTestServer({ schema: JSON.parse(readFileSync(PLAYGROUND, "utf8")), tcp: true });
  const folder = dirname(server.remote.slice("unix:".length));
  for (const remotes of [server.remote, server.tcpRemote ?? ""]) {
    const session = new Session({ database: playground, remotes, monitor: {} });
    expect(await session.synced({ signal: AbortSignal.timeout(30_000) })).toBe(true);
    session.close();
  }
  expect(server.log).toContain("ovsdb-server (Open vSwitch)");
  await server.stop();
  await server.stop();
  expect([existsSync(folder), runs(folder)]).toEqual([false, false]);
});

test("a server that nobody has stopped ends with the process of the tests", async () => {
  const program = `
    import { startTestServer } from "ovsdb-jsonrpc/testing";
    const schema = ${JSON.stringify(PLAYGROUND)};
    for (const server of [await startTestServer({ schema }), await startTestServer({ schema })])
      console.log(server.remote.slice("unix:".length));
    throw new Error("a test that fails before it has stopped its servers");`;
  const child = Bun.spawn([process.execPath, "-e", program], {
    cwd: import.meta.dir,
    stdout: "pipe",
    stderr: "ignore",
  });
  const folders = (await child.stdout.text()).trim().split("\n").map(dirname);
  expect([await child.exited, folders.length]).toEqual([1, 2]);
  for (const folder of folders) {
    expect(existsSync(folder)).toBe(false);
    await until(() => !runs(folder));
  }
});

test("a schema that is none is told with the words of ovsdb-tool", async () => {
  await expect(startTestServer({ schema: { name: "Wrong" } })).rejects.toThrow("ovsdb-tool create");
});

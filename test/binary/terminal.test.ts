/** What a person sees who watches the daemon: colours, widths, and a picture that stays in place. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { configPath } from "../../tools/chassis/daemon.ts";
import { Program } from "../../tools/chassis/program.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { hasTerminal } from "../support/terminal.ts";
import { Folder } from "./support/vifplugd.ts";

let hypervisor: Hypervisor;
let folder: Folder;

beforeAll(async () => {
  folder = await Folder.make();
  hypervisor = await startHypervisor();
  await hypervisor.addPlugged("lsp1");
  await hypervisor.addLport("lsp2", { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
});

afterAll(async () => {
  await hypervisor.stop();
  await folder[Symbol.asyncDispose]();
});

test("watch shows the status again when something changes, until it is interrupted", async () => {
  const watch = new Program({
    name: "watch",
    argv: [...folder.command("watch", "--config", configPath(hypervisor.chassis))],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
    cwd: folder.path,
  });
  await watch.waitLog(/^lsp1 +plugged/);
  await hypervisor.addPlugged("lsp9");
  await watch.waitLog(/^lsp9 +plugged/);
  expect(await watch.stop("SIGINT")).toEqual({ code: 0, signal: null });
});

describe.skipIf(!hasTerminal())("on a terminal", () => {
  /** Runs the executable on a pseudo-terminal of some columns, and returns what appears there. */
  async function onTerminal(columns: number, env: string, command: string): Promise<string> {
    const config = configPath(hypervisor.chassis);
    const [executable = ""] = folder.command();
    const line = `stty cols ${columns}; ${env} ${executable} ${command} --config ${config}`;
    const child = Bun.spawn(["script", "--quiet", "--return", "--command", line, "/dev/null"], {
      cwd: folder.path,
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", TERM: "xterm" },
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 60_000,
    });
    return (await child.stdout.text()).replaceAll("\r\n", "\n");
  }

  test("states are coloured, and lines as long as it is wide", async () => {
    const text = await onTerminal(100, "", "status");
    expect(text).toContain("\x1b[32mplugged\x1b[0m");
    expect(text).toContain("\x1b[31mno-provider\x1b[0m");
    const narrow = await onTerminal(50, "", "explain lsp2");
    const lines = Bun.stripANSI(narrow).split("\n");
    expect(lines[0]).toStartWith("lsp2: no-provider");
    // A row's UUID is never cut.
    expect(lines.filter((line) => line.length > 50 && !/[0-9a-f-]{36}/.test(line))).toEqual([]);
  });

  test.each([9999, 10_000, 65_535])("a terminal of %d columns is as good as any", async (columns) => {
    expect(await onTerminal(columns, "", "status")).toContain("no-provider");
    expect(await onTerminal(columns, "", "explain lsp2")).toContain("no-provider");
  });

  test("watch redraws the alternate screen within its rows, and leaves it as it was", async () => {
    const [executable = ""] = folder.command();
    const line = `stty cols 80 rows 11; echo pid $$; exec ${executable} watch --config ${configPath(hypervisor.chassis)}`;
    const terminal = new Program({
      name: "script",
      argv: ["script", "--quiet", "--return", "--command", line, "/dev/null"],
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", TERM: "xterm" },
      cwd: folder.path,
    });
    const [, pid = ""] = /pid (\d+)/.exec(await terminal.waitLog(/^pid \d+/)) ?? [];
    await terminal.waitLog(/^.*LPORT/);
    process.kill(Number(pid), "SIGINT");
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    const text = terminal.lines.join("\n");
    expect(text).toContain("\x1b[?1049h\x1b[?25l\x1b[H");
    expect(text).toEndWith("\x1b[?25h\x1b[?1049l");
    for (const picture of text.split("\x1b[H").slice(1)) {
      expect(picture.split("\n").length).toBeLessThanOrEqual(11);
    }
  });

  test("NO_COLOR is respected", async () => {
    expect(await onTerminal(100, "NO_COLOR=1", "status")).not.toContain("\x1b[3");
  });
});

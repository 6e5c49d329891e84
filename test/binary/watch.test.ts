/** `vifplugd watch` as a person uses it, on a pseudo-terminal, with more ports than it has rows; and `status` beside it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { configPath, executable } from "../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { PseudoTerminal } from "../support/pseudo-terminal.ts";
import { hasTerminal } from "../support/terminal.ts";
import { Folder } from "./support/vifplugd.ts";

const GOOD = Array.from({ length: 45 }, (_, index) => `lsp${String(index).padStart(2, "0")}`);
/** The last by its name. */
const BAD = "zz-bad";

/** What gives the terminal back as it was. */
const LEFT = "\x1b[?7h\x1b[?25h\x1b[?1049l";

let hypervisor: Hypervisor;
let folder: Folder;

beforeAll(async () => {
  folder = await Folder.make();
  hypervisor = await startHypervisor();
  await hypervisor.addLports({
    ...Object.fromEntries(GOOD.map((lport) => [lport, {}])),
    [BAD]: { "vif-plug-type": "unheard-of" },
  });
  await hypervisor.installed("lsp44");
  await hypervisor.settle();
});

afterAll(async () => {
  await hypervisor.stop();
  await folder[Symbol.asyncDispose]();
});

function status(...args: readonly string[]) {
  return folder.run("status", ...args, "--config", configPath(hypervisor.chassis));
}

describe("status", () => {
  test("lists what is in trouble first, and counts", async () => {
    const { stdout } = await status();
    const [, first = "", ...rest] = stdout.slice(stdout.indexOf("LPORT")).trimEnd().split("\n");
    expect(first).toMatch(/^zz-bad +no-provider/);
    expect(rest.filter((line) => /^lsp\d+ +plugged/.test(line))).toHaveLength(45);
    expect(stdout).toMatch(/^ports +46, 1 in trouble: 1 no-provider, 45 plugged$/m);
  });

  test.each([
    [["--state", "no-provider"], [BAD]],
    [["--state", "trouble"], [BAD]],
    [["--state", "plugged", "--lport", "lsp1?"], GOOD.slice(10, 20)],
    [
      ["--state=plugged,no-provider", "--lport=*[a04]"],
      ["lsp00", "lsp04", "lsp10", "lsp14", "lsp20", "lsp24", "lsp30", "lsp34", "lsp40", "lsp44"],
    ],
    [["--lport", "nobody*"], []],
  ])("%j leaves those ports alone, in each form", async (args, lports) => {
    const json = await status("--json", ...args);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ready: true,
      counts: { all: 46, trouble: 1, matching: lports.length },
    });
    expect(JSON.parse(json.stdout).ports.map(({ lport }: { lport: string }) => lport)).toEqual(lports);
    const names = await status("--names", ...args);
    expect(names.stdout.split("\n").filter((name) => name !== "")).toEqual(lports);
    const { code, stdout } = await status(...args);
    expect(code).toBe(0);
    expect(Array.from(stdout.matchAll(/^(lsp\d+|zz-bad) /gm), ([, lport]) => lport)).toEqual(lports);
    expect(stdout).toEndWith(
      lports.length === 0 ? "none of 46 ports matches\n" : `${lports.length} of 46 ports\n`,
    );
  });

  test.each([["status"], ["watch"]])(
    "%s refuses a state that there is not, with those that there are",
    async (command) => {
      const { code, stderr } = await folder.run(command, "--state", "eror");
      expect(code).toBe(64);
      expect(stderr).toMatch(
        /^vifplugd: .*--state: unknown state "eror"; expected trouble, error, .*\(did you mean error\?\)\n$/,
      );
    },
  );
});

test("watch into a pipe ends when its reader has gone, though nothing changes", async () => {
  // bash waits for both programs, of which `head` ends after one line. PIPESTATUS begins with the code of the first one.
  const pipeline = 'timeout 45 "$0" "$@" | head -1; exit "$PIPESTATUS"';
  const child = Bun.spawn(
    ["bash", "-c", pipeline, executable, "watch", "--config", configPath(hypervisor.chassis)],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const [first, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(first).toMatch(/^vifplugd .*\n$/);
});

describe.skipIf(!hasTerminal())("watch", () => {
  function watching(columns: number, rows: number, ...args: readonly string[]): PseudoTerminal {
    const argv = [executable, "watch", ...args, "--config", configPath(hypervisor.chassis)];
    return new PseudoTerminal({ argv, columns, rows });
  }

  /** The logical ports in the rows of a picture. */
  const rowsOf = (picture: readonly string[]) =>
    picture.flatMap((line) => /^[> ] (lsp\d\d|zz-bad) /.exec(line)?.[1] ?? []);
  const selectedOf = (picture: readonly string[]) =>
    picture.flatMap((line) => /^> (\S+)/.exec(line)?.[1] ?? []);

  test("the bad one of 46 ports is the first thing in 80 x 24, with its reason and the number of the rest", async () => {
    await using terminal = watching(80, 24);
    const picture = await terminal.shows(/^> zz-bad/);
    expect(picture).toHaveLength(24);
    expect(picture.join("\n")).toContain("ports 46, 1 in trouble: 1 no-provider, 45 plugged");
    expect(picture.join(" ").replaceAll(/\s+/g, " ")).toContain(
      'no enabled provider answers to plug type "unheard-of"; add one under providers',
    );
    expect(rowsOf(picture).length).toBeGreaterThan(8);
  });

  test("keys reach every port, and the end", async () => {
    await using terminal = watching(80, 24);
    await terminal.shows(/^> zz-bad/);
    terminal.type("\x1b[B");
    await terminal.shows(/^> lsp00/);
    terminal.type("G");
    expect(rowsOf(await terminal.shows(/^> lsp44/))).not.toContain(BAD);
    terminal.type("k\x1b[5~");
    const above = await terminal.until(
      (picture) => /^lsp[0-3]/.test(selectedOf(picture)[0] ?? ""),
      "a page above",
    );
    expect(selectedOf(above)).toHaveLength(1);
    terminal.type("g");
    await terminal.shows(/^> zz-bad/);
  });

  test("enter explains the selected port, and escape goes back", async () => {
    await using terminal = watching(80, 24);
    await terminal.shows(/^> zz-bad/);
    terminal.type("\r");
    await terminal.shows(/no {3}an enabled provider answers to the plug type/);
    terminal.type("\x1b");
    await terminal.shows(/^> zz-bad/);
  });

  test("what is typed after / chooses by name, t by trouble, and q ends", async () => {
    await using terminal = watching(80, 24);
    await terminal.shows(/^> zz-bad/);
    terminal.type("/p1");
    await terminal.shows(/^logical ports with: p1_/);
    terminal.type("\r");
    expect(rowsOf(await terminal.shows(/^showing \*p1\*: 10 of 46/))).toEqual(GOOD.slice(10, 20));
    terminal.type("\x1b");
    await terminal.until((picture) => rowsOf(picture).includes(BAD), "every port");
    terminal.type("t");
    expect(rowsOf(await terminal.shows(/^showing trouble: 1 of 46/))).toEqual([BAD]);
    terminal.type("q");
    expect(await terminal.exited).toBe(0);
    await terminal.untilWritten((text) => text.endsWith(LEFT), "what gives it back");
  });

  test("a filter of the command line holds from the start", async () => {
    await using terminal = watching(80, 24, "--state", "plugged", "--lport", "lsp0?");
    expect(rowsOf(await terminal.shows(/^showing plugged lsp0\?: 10 of 46/))).toEqual(GOOD.slice(0, 10));
  });

  test("another size of the terminal is another picture, at once", async () => {
    await using terminal = watching(80, 24);
    await terminal.shows(/^> zz-bad/);
    for (const [columns, rows] of [
      [60, 8],
      [30, 4],
      [200, 60],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      const picture = await terminal.until(({ length }) => length === rows, `${rows} rows`);
      expect(picture.filter((line) => Bun.stringWidth(line) > columns)).toEqual([]);
      expect(rowsOf(picture)).toContain(BAD);
    }
  });

  test("a port that is plugged meanwhile is shown", async () => {
    await using terminal = watching(80, 24, "--lport", "late*");
    await terminal.shows(/none|0 of 46/);
    await hypervisor.addLport("late1");
    await terminal.shows(/^> late1 +plugged/);
    await hypervisor.deleteLport("late1");
    await hypervisor.gone("late1");
    await terminal.until((picture) => !picture.some((line) => line.includes("late1")), "no late1");
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s leaves the terminal as it was", async (signal) => {
    await using terminal = watching(80, 24);
    await terminal.shows(/^> zz-bad/);
    terminal.signal(signal);
    expect(await terminal.exited).toBe(0);
    await terminal.untilWritten((text) => text.endsWith(LEFT), "what gives it back");
  });

  test("Ctrl-Z gives the terminal back, and when it goes on it draws anew", async () => {
    // A shell with job control, which puts the program into the background when it stops.
    const line = `${executable} watch --config ${configPath(hypervisor.chassis)}`;
    await using terminal = new PseudoTerminal({
      argv: ["bash", "--norc", "--noprofile", "-i"],
      env: { PS1: "ready " },
      columns: 80,
      rows: 24,
    });
    terminal.type(`${line}\n`);
    await terminal.shows(/^> zz-bad/);
    terminal.type("\x1a");
    const stopped = (text: string) => text.indexOf("Stopped", text.indexOf(LEFT));
    await terminal.untilWritten((text) => stopped(text) > 0, "that it is stopped");
    terminal.type("fg\n");
    const drawnAgain = (text: string) => text.indexOf("> zz-bad", text.indexOf("\x1b[?1049h", stopped(text)));
    await terminal.untilWritten((text) => drawnAgain(text) > stopped(text), "the ports again");
    terminal.type("q");
    await terminal.untilWritten((text) => text.lastIndexOf("ready ") > text.lastIndexOf(LEFT), "a prompt");
  });

  test("a control key of the terminal's own ends it too", async () => {
    await using terminal = watching(80, 24);
    await terminal.shows(/^> zz-bad/);
    terminal.type("\x03");
    expect(await terminal.exited).toBe(0);
  });
});

/** The demo: what a newcomer sees is what is true, and afterwards it is as if nothing had been. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { watch } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { makeScreen, wantsColour } from "../../tools/demo/screen.ts";

const program = join(import.meta.dir, "../../tools/demo.ts");

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "vp-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

/** Starts the demo with a temporary folder of its own. */
async function startDemo(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const temporary = await mkdtemp(join(dir, "t"));
  const demo = Bun.spawn([process.execPath, "run", program, ...args], {
    env: { ...process.env, TMPDIR: temporary, ...env },
    stdout: "pipe",
    stderr: "pipe",
    timeout: 30_000,
  });
  const leftBehind = () => readdir(temporary);
  const nothingLeft = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = watch(temporary, async () => {
      if ((await leftBehind()).length === 0) resolve();
    });
    return promise.finally(() => watcher.close());
  };
  return { demo, leftBehind, nothingLeft };
}

/** Reads the output as far as the first outcome. */
async function firstOutcome(stdout: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stdout.getReader();
  const decoder = new TextDecoder();
  for (let output = ""; !output.includes("✓"); ) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`no outcome in: ${output}`);
    output += decoder.decode(value, { stream: true });
  }
}

test("every step comes true, and nothing is left", async () => {
  const { demo, leftBehind } = await startDemo();
  const output = await demo.stdout.text();
  expect(await demo.exited).toBe(0);
  expect(output.match(/✓/g)).toHaveLength(5);
  expect(output).toContain("up  →  true");
  expect(output).toContain("mtu external_ids:ovn-plugged  →  1300, dummy");
  expect(output).toContain("up  →  false");
  expect(await leftBehind()).toEqual([]);
});

test("a step that fails is shown with its reason and the daemon's log, and the exit code is 1", async () => {
  const bin = join(dir, "bin");
  await mkdir(bin);
  const refusing = join(bin, "ovn-nbctl");
  const real = Bun.which("ovn-nbctl");
  await Bun.write(
    refusing,
    `#!/bin/sh\ncase "$*" in *request=1300*) echo "no, not that" >&2; exit 7;; esac\nexec ${real} "$@"\n`,
  );
  await chmod(refusing, 0o755);
  const { demo, leftBehind } = await startDemo([], { PATH: `${bin}${delimiter}${process.env.PATH}` });
  const output = await demo.stdout.text();
  expect(await demo.exited).toBe(1);
  expect(output).toMatch(/✗ This failed: the command above\n\n.*exit code 7\n.*no, not that/);
  expect(output).toContain("the end of vifplugd's log");
  expect(await leftBehind()).toEqual([]);
});

test("Ctrl-C in the middle leaves nothing", async () => {
  const { demo, leftBehind } = await startDemo();
  await firstOutcome(demo.stdout);
  expect(await leftBehind()).not.toBeEmpty();
  demo.kill("SIGINT");
  expect(await demo.exited).toBe(130);
  expect(await demo.stderr.text()).toContain("Interrupted");
  expect(await leftBehind()).toEqual([]);
});

describe("--keep", () => {
  test("returns and leaves a chassis on which the printed commands work, until it is ended as printed", async () => {
    const { demo, leftBehind, nothingLeft } = await startDemo(["--keep"]);
    const output = await demo.stdout.text();
    expect(await demo.exited).toBe(0);
    const [folder] = await leftBehind();
    expect(folder).toBeDefined();
    const commands = [...output.matchAll(/^ {3}\$ (.*)$/gm)].map((match) => match[1] ?? "");
    const [invitation, end] = [commands.slice(-8, -1), commands.at(-1)];
    expect(invitation[0]).toStartWith("export OVS_RUNDIR=");
    // It exits with 2 where a change is on its way.
    const lines = invitation.map((line) => (line.includes(" plan ") ? `${line} || test $? = 2` : line));
    const script = [...lines, "ovn-nbctl --timeout=10 wait-until Logical_Switch_Port web1 up=true"].join(
      "\n",
    );
    const shell = Bun.spawnSync(["sh", "-e", "-c", script]);
    expect(shell.stderr.toString()).toBe("");
    expect(shell.stdout.toString()).toContain("Port_Binding web1");
    expect(shell.stdout.toString()).toMatch(/^chassis \S+, bridge br-int: /m);
    expect(shell.stdout.toString()).not.toContain("no-provider");
    expect(shell.stdout.toString()).toMatch(/^vifplugd +[\d.]+, ready$/m);
    expect(end).toMatch(/^kill \d+$/);
    const ended = nothingLeft();
    Bun.spawnSync(["sh", "-c", end ?? ""]);
    await ended;
  });

  test("is ended by Ctrl-C like the demo, as long as the demo runs", async () => {
    const { demo, leftBehind } = await startDemo(["--keep"]);
    await firstOutcome(demo.stdout);
    demo.kill("SIGINT");
    expect(await demo.exited).toBe(130);
    expect(await leftBehind()).toEqual([]);
  });
});

describe("colours", () => {
  test("are for a terminal that did not ask for none", () => {
    expect(wantsColour({ isTTY: true }, {})).toBe(true);
    expect(wantsColour({ isTTY: true }, { NO_COLOR: "" })).toBe(true);
    expect(wantsColour({ isTTY: true }, { NO_COLOR: "1" })).toBe(false);
    expect(wantsColour({ isTTY: true }, { TERM: "dumb" })).toBe(false);
    expect(wantsColour({}, {})).toBe(false);
  });

  test("are all there is between the two looks of a line", () => {
    const lines = (colour: boolean) => {
      const printed: string[] = [];
      const screen = makeScreen(colour, (line) => printed.push(line));
      screen.heading("a");
      screen.fact("b", "c");
      screen.command(["d", "e"]);
      screen.done("f", 12);
      screen.look("g", "h\ni");
      screen.failed("j", "k\n\nl");
      return printed.join("\n");
    };
    expect(Bun.stripANSI(lines(true))).toBe(lines(false));
    expect(lines(true)).not.toBe(lines(false));
  });
});

// A provider that is a program of its own: contract section 7, `command`.

import { heapSize } from "bun:jsc";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Answer } from "../../../src/providers/answer.ts";
import { CommandProvider } from "../../../src/providers/command/command.ts";
import { inputOf, plugged, puppet, QUICK, Running } from "./support/running.ts";

const plug = (name: string): Answer => ({
  kind: "plug",
  wanted: { name, type: "internal", options: {} },
});

/** For commands that heed no shutdown. */
const HEEDLESS = { ...QUICK, terminateAfter: 20, killAfter: 60 };

describe("a question", () => {
  test("is asked once, and answered when the command has answered", async () => {
    await using running = new Running({});
    expect(running.ask("web1")).toMatchObject({ kind: "not-ready", awaited: true });
    expect(running.ask("web1")).toMatchObject({ kind: "not-ready", awaited: true });
    expect(await running.answered("web1")).toEqual(plug("web1"));
    expect(running.read()).toEqual(["initialize", "prepare create web1"]);
  });

  test("carries what a provider is told, and initialize what is around it", async () => {
    await using running = new Running({}, QUICK, { nic: 1 });
    await running.answered("web1", { options: { b: "2", a: "1" } });
    const [first, second] = running.readLines().map((line) => JSON.parse(line));
    expect(first.params).toEqual({
      protocol: 1,
      vifplugd: "1.2.3",
      type: "acme",
      options: { nic: 1 },
      chassis: "hv1",
      bridge: "br-int",
    });
    expect(second).toMatchObject({
      jsonrpc: "2.0",
      method: "prepare",
      params: { operation: "create", lport: { name: "web1", options: { a: "1", b: "2" } }, interface: null },
    });
  });

  test("is another one when a field is, and none when the interface became what was answered", async () => {
    await using running = new Running({});
    await running.answered("web1");
    expect(running.ask("web1", { interface: plugged("web1") })).toEqual(plug("web1"));
    await running.answered("web1", { options: { speed: "1" } });
    expect(running.read().filter((each) => each.startsWith("prepare"))).toHaveLength(2);
  });

  test("that is asked anew leaves what is plugged as it was until it is answered, and plugs nothing new", async () => {
    await using running = new Running({});
    await running.answered("web1");
    const changed = { options: { speed: "1" } };
    expect(running.ask("web1", { ...changed, interface: plugged("web1") })).toEqual(plug("web1"));
    expect(running.ask("web1", { options: { speed: "2" } })).toMatchObject({ awaited: true });
  });

  test("about a removal is one of its own", async () => {
    await using running = new Running({});
    expect(await running.answered("web1", { operation: "remove", interface: plugged("web1") })).toEqual({
      kind: "unplug",
    });
  });

  test("about each of several interfaces of one logical port is one of its own, and all of them are answered", async () => {
    await using running = new Running({});
    const names = ["a", "b", "c"];
    const removals = names.map((name) => ({ operation: "remove", interface: plugged(name) }) as const);
    for (const fields of removals) running.ask("web1", fields);
    for (const fields of removals) {
      expect(await running.answered("web1", fields)).toEqual({ kind: "unplug" });
    }
    for (const fields of removals) expect(running.ask("web1", fields)).toEqual({ kind: "unplug" });
    expect(running.read().slice(1)).toEqual(names.map(() => "prepare remove web1"));
  });

  test("about an interface that is left over does not make that about the port's own another one", async () => {
    await using running = new Running({});
    const [leftOver, own] = [{ interface: plugged("aaa") }, { interface: plugged("web1") }];
    expect(await running.answered("web1", leftOver)).toEqual(plug("web1"));
    for (const fields of [own, leftOver, own]) expect(running.ask("web1", fields)).toEqual(plug("web1"));
    const registered = running.registry.forPlugType("acme");
    await running.answered("web1", { operation: "remove", ...leftOver });
    registered?.finish(inputOf("web1", { operation: "remove", ...leftOver }), null);
    expect(running.ask("web1", own)).toEqual(plug("web1"));
    expect(running.read().slice(1)).toEqual(["prepare create web1", "prepare remove web1"]);
  });

  test("of 5,000 ports is one volley, told in one line", async () => {
    await using running = new Running({});
    const lports = Array.from({ length: 5000 }, (_, index) => `lsp${index}`);
    for (const lport of lports) running.ask(lport);
    for (const lport of lports) await running.answered(lport);
    expect(running.log).toEqual(["info acme: asked about 5000 logical ports at once"]);
    const named = new Set(running.woken.flat());
    expect(named.size).toBe(5000);
  });
});

describe("an answer", () => {
  test("that is late makes the port wait, and counts when it comes", async () => {
    const late = { web1: { kind: "late", ms: 400 } } as const;
    await using running = new Running({ tricks: late }, { ...QUICK, late: 50 });
    const waits = await running.until("web1", (answer) => !("awaited" in answer));
    expect(waits).toEqual({ kind: "not-ready", reason: "the command has not answered within 0.05 s" });
    expect(await running.until("web1", ({ kind }) => kind === "plug")).toEqual(plug("web1"));
  });

  test("that never comes ends the command after a while of silence, and the others go on", async () => {
    const tricks = { mute: { kind: "never" } } as const;
    await using running = new Running({ tricks }, { ...QUICK, silence: 100, late: 50 });
    running.ask("mute");
    await running.logged(/warn acme: the command is down: it said nothing for 0\.1 s, with questions open/);
    expect(await running.until("web1", ({ kind }) => kind === "plug")).toEqual(plug("web1"));
  });

  test("that comes twice counts once", async () => {
    await using running = new Running({ tricks: { web1: { kind: "twice" } } });
    expect(await running.answered("web1")).toEqual(plug("web1"));
    await running.logged(/warn acme: the command answered 1, but no question has this id/);
  });

  test("to what nobody asked is left out", async () => {
    await using running = new Running({ tricks: { web1: { kind: "other-id" } } });
    expect(await running.answered("web1")).toEqual(plug("web1"));
    await running.logged(/warn acme: the command answered 1000001, but no question has this id/);
  });

  test.each<[string, unknown, RegExp]>([
    ["no object", "yes", /boolean `ready`/],
    ["a name of 16 bytes", { ready: true, interface: { name: "0123456789abcdef" } }, /16 bytes/],
    ["a refusal without a reason", { ready: false }, /gave no reason/],
    [
      "options that are no texts",
      { ready: true, interface: { name: "a", options: { a: 1 } } },
      /not all strings/,
    ],
  ])("that is %s is that port's error", async (_, result, words) => {
    await using running = new Running({ tricks: { web1: { kind: "answer", result } } });
    const answer = await running.answered("web1");
    expect(answer.kind).toBe("broken");
    expect("reason" in answer && answer.reason).toMatch(words);
    expect(await running.answered("web2")).toEqual(plug("web2"));
  });

  test("that is an error is that port's error, with its words", async () => {
    await using running = new Running({ tricks: { web1: { kind: "error", message: "no such NIC" } } });
    expect(await running.answered("web1")).toEqual({
      kind: "broken",
      reason: "the command answered with an error: no such NIC",
    });
  });

  test("may say whose the interface is by now", async () => {
    const result = { ready: false, reason: "gone", misplaced: "web9" };
    await using running = new Running({ tricks: { web1: { kind: "answer", result } } });
    expect(await running.answered("web1")).toEqual({ kind: "not-ready", reason: "gone", misplaced: "web9" });
  });
});

describe("a command that", () => {
  test.each([
    ["writes what is no JSON", "garbage", /it wrote a line that is no JSON/],
    ["writes 100 MB without a line end", "huge", /it wrote 1048576 bytes without a line end/],
    ["exits", "exit", /it exited with status 7/],
  ] as const)("%s is told of, ended, and started again, and what is known holds", async (_, kind, words) => {
    await using running = new Running({ tricks: { bad: { kind } } });
    await running.answered("web1");
    running.ask("bad");
    await running.logged(
      new RegExp(`^warn acme: the command is down: ${words.source}; it is started again in `),
    );
    expect(running.ask("web1", { interface: plugged("web1") })).toEqual(plug("web1"));
    expect(await running.answered("web2")).toEqual(plug("web2"));
  });

  test("exits is noticed also while what left its group holds its pipes", async () => {
    const held = join(mkdtempSync(join(tmpdir(), "vifplugd-held-")), "pid");
    const script = `setsid sh -c 'echo $$ >${held}; exec sleep 1000' & while ! [ -s ${held} ]; do sleep 0.01; done; exit 3`;
    try {
      await using running = new Running(["sh", "-c", script], {
        restartFirst: 600_000,
        restartLast: 600_000,
      });
      await running.logged(/the command is down: it exited with status 3; it is started again in 600 s/);
      expect(() => process.kill(Number(readFileSync(held, "utf8")), 0)).not.toThrow();
    } finally {
      process.kill(Number(readFileSync(held, "utf8")));
      rmSync(dirname(held), { recursive: true });
    }
  });

  test("cannot be started is down, with its reason, and tried again", async () => {
    await using running = new Running(["/nonexistent/acme"]);
    await running.logged(
      /warn acme: the command is down: it cannot be started: ".*": no such file or directory/,
    );
    await running.logged(/again in 0\.04 s/);
    expect(running.registry.state("acme")).toMatchObject({ state: "failed" });
    expect(running.ask("web1")).toMatchObject({ reason: expect.stringContaining("it cannot be started") });
  });

  test.each<[string, readonly string[]]>([
    ["a program below a file", ["/etc/passwd/acme"]],
    ["a program with a NUL in its name", ["/bin/true\0"]],
    ["a program without a name", [""]],
    ["an argument that is too long", ["/bin/true", "a".repeat(1 << 20)]],
  ])("cannot be started because of %s is tried again as well", async (_, argv) => {
    await using running = new Running(argv);
    await running.logged(/the command is down: it cannot be started: .*; it is started again in 0\.04 s/);
    expect(running.registry.state("acme")).toMatchObject({ state: "failed" });
  });

  test("refuses to initialize is down with its words", async () => {
    await using running = new Running({ introduction: "no licence" });
    await running.logged(/the command is down: it refused to initialize: no licence/);
  });

  test("says before it is started that nobody has asked it for anything", async () => {
    const argv = ["/nonexistent/acme"];
    const provider = new CommandProvider({ type: "acme", argv, options: {}, checkOptions: () => null });
    const reason = "the daemon starts the command when the daemon holds the lock";
    expect(provider.state()).toEqual({ state: "starting", reason });
    await provider.destroy().done;
  });

  test("does not answer initialize in time is ended", async () => {
    await using running = new Running({ introduction: null }, { ...QUICK, initialize: 100 });
    await running.logged(/the command is down: it did not answer initialize within 0\.1 s/);
  });

  test("speaks another version of the protocol is down", async () => {
    await using running = new Running({ introduction: { protocol: 2 } });
    await running.logged(/the command is down: its answer to initialize: protocol: expected 1, received 2/);
  });

  test("refuses the options by its schema is failed, and not started again", async () => {
    const optionsSchema = { type: "object", properties: { nic: { type: "integer" } } };
    await using running = new Running({ introduction: { optionsSchema } }, QUICK, { nic: "x" });
    await running.logged(/warn acme: options\.nic: /);
    await running.until("web1", (answer) => answer.kind === "not-ready" && !("awaited" in answer));
    expect(running.registry.state("acme")).toMatchObject({ state: "failed" });
    running.attend();
    expect(running.read().filter((word) => word === "initialize")).toHaveLength(1);
  });

  test("refuses the options by its schema is why a port waits that was asked about before", async () => {
    const optionsSchema = { type: "object", properties: { nic: { type: "integer" } } };
    const patient = { ...QUICK, late: 60_000 };
    await using running = new Running({ introduction: { optionsSchema } }, patient, { nic: "x" });
    expect(running.ask("web1")).toMatchObject({ kind: "not-ready", awaited: true });
    await running.logged(/warn acme: options\.nic: /);
    expect(running.ask("web1")).toEqual({
      kind: "not-ready",
      reason: expect.stringMatching(/^options\.nic: /),
    });
  });

  test("declares a schema that could take for ever to check is failed", async () => {
    const doubled = (index: number) => ({ allOf: [0, 1, 2].map(() => ({ $ref: `#/$defs/d${index - 1}` })) });
    const definitions = Array.from({ length: 25 }, (_, index) => [
      `d${index}`,
      index === 0 ? { type: "object" } : doubled(index),
    ]);
    const optionsSchema = { $ref: "#/$defs/d24", $defs: Object.fromEntries(definitions) };
    await using running = new Running({ introduction: { optionsSchema } }, QUICK, { nic: 0 });
    await running.logged(/its references stand for, too many schemas/);
    expect(running.provider.state()).toMatchObject({ state: "failed" });
  });

  test("dies with a question open is asked it again, and what it had answered as well", async () => {
    await using running = new Running({ tricks: { bad: { kind: "exit" } } });
    await running.answered("web1");
    running.ask("bad");
    await running.logged(/exited with status 7/);
    running.woken.length = 0;
    running.log.length = 0;
    const inPlace = { interface: plugged("web1") };
    await running.until(
      "web1",
      () => running.read().filter((each) => each === "prepare create web1").length === 2,
      inPlace,
    );
    await running.logged(/exited with status 7/);
    expect(running.read().filter((each) => each === "prepare create bad").length).toBeGreaterThanOrEqual(2);
    // Nobody was woken for the port whose answer is what it was.
    expect(running.woken.flat()).not.toContain("web1");
  });

  test("has maintained options has them once it has said so", async () => {
    await using running = new Running({ introduction: { maintainedOptions: ["x"] } });
    const registered = running.registry.forPlugType("acme");
    expect(registered?.maintainedOptions).toEqual(new Set());
    await running.answered("web1");
    expect(registered?.maintainedOptions).toEqual(new Set(["x"]));
  });

  test("writes to its log, and to its standard error, is heard", async () => {
    const log = { jsonrpc: "2.0", method: "log", params: { level: "info", message: "2 NICs" } };
    await using running = new Running({ shout: [`${JSON.stringify(log)}\n`] });
    await running.logged(/^info acme: 2 NICs$/);
    await using noisy = new Running(["sh", "-c", "echo oh >&2; exec sleep 100"], HEEDLESS);
    await noisy.logged(/^info acme: oh$/);
  });

  test("calls methods that there are not, or with other params, is told of, and goes on", async () => {
    const shout = [{ method: "reboot" }, { method: "changed", params: { lports: 1 } }, { x: 1 }, 7].map(
      (message) => `${JSON.stringify(message)}\n`,
    );
    await using running = new Running({ shout });
    await running.logged(/neither `changed` nor `log`/);
    await running.logged(/`changed` whose params are not/);
    await running.logged(/no JSON-RPC message/);
    expect(await running.answered("web1")).toEqual(plug("web1"));
  });
});

describe("when the command's tables change", () => {
  const changed = (params: object) => `${JSON.stringify({ jsonrpc: "2.0", method: "changed", params })}\n`;

  test("for one port, that port alone is asked again", async () => {
    const shell = [
      'read line; echo \'{"id":0,"result":{"protocol":1}}\'',
      'read line; echo \'{"id":1,"result":{"ready":false,"reason":"first"}}\'',
      'read line; echo \'{"id":2,"result":{"ready":false,"reason":"other"}}\'',
      `read line; read line; printf '%s' '${changed({ lports: ["web1"] })}'; read line; echo '{"id":3,"result":{"ready":false,"reason":"second"}}'; exec sleep 100`,
    ].join("\n");
    await using running = new Running(["sh", "-c", shell], HEEDLESS);
    const reasoned = (lport: string, reason: string) =>
      running.until(lport, (answer) => "reason" in answer && answer.reason === reason);
    running.ask("web1");
    running.ask("web2");
    await reasoned("web1", "first");
    await reasoned("web2", "other");
    running.woken.length = 0;
    for (const lport of ["web1", "web2"]) {
      running.registry.forPlugType("acme")?.release(inputOf(lport), null);
    }
    await reasoned("web1", "second");
    expect(running.woken).toEqual([["web1"]]);
    expect(running.ask("web2")).toMatchObject({ reason: "other" });
  });

  test("for a port that was about to go and stays, only what is in place is asked about", async () => {
    const tricks = { other: { kind: "changes", lports: ["web1"] } } as const;
    await using running = new Running({ tricks });
    const inPlace = { interface: plugged("web1") };
    await running.answered("web1", inPlace);
    await running.answered("web1", { ...inPlace, operation: "remove" });
    running.ask("web1", inPlace);
    running.ask("other");
    await running.hasRead("prepare create web1", 2);
    await running.answered("last");
    expect(running.read().filter((each) => /^prepare .* web1/.test(each))).toEqual([
      "prepare create web1",
      "prepare remove web1",
      "prepare create web1",
    ]);
  });

  test("for all, and it says so twice in one go, what is plugged stays until there is another answer", async () => {
    const twice = `${changed({})}${changed({})}`;
    const shell = [
      'read line; echo \'{"id":0,"result":{"protocol":1}}\'',
      'read line; echo \'{"id":1,"result":{"ready":true,"interface":{"name":"web1","type":"internal"}}}\'',
      `read line; printf '%s' '${twice}'; exec sleep 100`,
    ].join("\n");
    await using running = new Running(["sh", "-c", shell], HEEDLESS);
    await running.answered("web1");
    running.woken.length = 0;
    running.registry.forPlugType("acme")?.release(inputOf("web1"), null);
    while (!running.woken.some((lports) => lports.length === 0)) await Bun.sleep(5);
    running.registry.runAll();
    expect(running.ask("web1", { interface: plugged("web1") })).toEqual(plug("web1"));
  });

  test("for all, what it says next is heard at once, however many ports there are", async () => {
    const next = `${JSON.stringify({ method: "log", params: { level: "info", message: "next" } })}\n`;
    const tricks = { last: { kind: "says", text: `${changed({})}${next}` } } as const;
    await using running = new Running({ tricks });
    const lports = Array.from({ length: 11_000 }, (_, index) => `lsp${index}`);
    for (const lport of lports) running.ask(lport);
    for (const lport of lports) await running.answered(lport);
    running.woken.length = 0;
    running.ask("last");
    while (!running.woken.some((names) => names.length === 0)) await new Promise(setImmediate);
    expect(running.log).toContain("info acme: next");
  });

  test("for all, a question that is open is asked again when it is answered, and that answer is not used", async () => {
    const answer = (id: number, reason: string) =>
      `{"id":${id},"result":{"ready":false,"reason":"${reason}"}}`;
    const shell = [
      'read line; echo \'{"id":0,"result":{"protocol":1}}\'',
      // The word comes three times, and the answer to the question from before it when somebody has asked since.
      `read line; for each in 1 2 3; do printf '%s' '${changed({})}'; read line; done`,
      `echo '${answer(1, "old")}'; read line; echo '${answer(5, "new")}'; exec sleep 100`,
    ].join("\n");
    await using running = new Running(["sh", "-c", shell], HEEDLESS);
    running.ask("web1");
    for (const round of [1, 2, 3]) {
      running.woken.length = 0;
      while (!running.woken.some((names) => names.length === 0)) await new Promise(setImmediate);
      running.registry.runAll();
      expect(running.ask("web1")).toMatchObject({ awaited: true });
      running.ask(`other${round}`);
    }
    expect(await running.answered("web1")).toEqual({ kind: "not-ready", reason: "new" });
  });

  test("again and again, a question without an answer is late all the same, and stays so", async () => {
    const shell = [
      'read line; echo \'{"id":0,"result":{"protocol":1}}\'; read line',
      `while :; do printf '%s' '${changed({ lports: ["web1"] })}'; sleep 0.05; done`,
    ].join("\n");
    await using running = new Running(["sh", "-c", shell], { ...HEEDLESS, late: 1000 });
    await running.until("web1", (answer) => !("awaited" in answer));
    const reasons = new Set<unknown>();
    for (let look = 0; look < 50; look++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      reasons.add(Reflect.get(running.ask("web1"), "reason"));
    }
    expect([...reasons]).toEqual(["the command has not answered within 1 s"]);
  });

  test("for all, the graph asks everybody again", async () => {
    await using running = new Running({ shout: [changed({})] });
    await running.answered("web1");
    await running.hasRead("prepare create web1");
    expect(running.woken.some((lports) => lports.length === 0)).toBe(true);
  });
});

test("what is said to a question is said to it until the graph is woken for it, whatever becomes of the command", async () => {
  await using running = new Running({ tricks: { web1: { kind: "exit" } } });
  running.ask("web1");
  let [said, woken] = [running.ask("web1"), running.woken.length];
  const reasons = new Set<string>();
  // Down and up again, some times over; as often as there is something to do the same question is asked.
  while (running.log.length < 4) {
    await new Promise((resolve) => setImmediate(resolve));
    running.registry.runAll();
    const now = running.ask("web1");
    if (running.woken.length === woken) expect(now).toEqual(said);
    if ("reason" in now) reasons.add(now.reason);
    [said, woken] = [now, running.woken.length];
  }
  expect(reasons.size).toBeGreaterThan(1);
});

describe("nothing is kept", () => {
  test("of a port about which nothing is asked any more: it is asked about anew when it comes again", async () => {
    await using running = new Running({ tricks: { open: { kind: "never" } } });
    await running.answered("web1");
    running.ask("open");
    await running.hasRead("prepare create open");
    running.ask("unsent");
    running.registry.forget(["web1", "open", "unsent", "nobody"]);
    expect(await running.answered("web1")).toEqual(plug("web1"));
    expect(running.read().filter((each) => each === "prepare create web1")).toHaveLength(2);
    expect(running.read()).not.toContain("prepare create unsent");
    // Every answer to create is released once.
    await running.hasRead("release create web1 web1");
  });

  test("of former questions for a command whose options were refused", async () => {
    const optionsSchema = { type: "object", properties: { nic: { type: "integer" } } };
    await using running = new Running({ introduction: { optionsSchema } }, QUICK, { nic: "x" });
    await running.logged(/warn acme: options\.nic: /);
    const heldBefore = held();
    for (let round = 0; round < 2000; round++) {
      running.ask("web1", { options: { text: `${round}-`.padEnd(50_000, "x") } });
      if (round % 100 === 0) await Bun.sleep(0);
    }
    expect(held() - heldBefore).toBeLessThan(20 << 20);
  });

  function held(): number {
    Bun.gc(true);
    return heapSize();
  }
});

test("questions that a command leaves without an answer are bounded by their length, whatever else it answers", async () => {
  const limits = { ...QUICK, left: 1 << 20 };
  await using running = new Running({ tricks: { web1: { kind: "never" } } }, limits);
  const ask = (round: number) => running.ask("web1", { options: { junk: `${round}`.padEnd(100_000, "x") } });
  for (let round = 0; round < 11; round++) {
    ask(round);
    await running.hasRead("prepare create web1", round + 1);
    await running.answered(`other${round}`);
  }
  expect(running.log).toEqual([]);
  ask(11);
  expect(await running.logged(/has left/)).toMatch(
    /has left 11 questions of 1,\d{3},\d{3} characters without an answer/,
  );
});

describe("what becomes of an answer", () => {
  const output = { name: "web1", type: "internal", options: {} };

  test("is told: finish, and one release for each answer to create", async () => {
    await using running = new Running({});
    await running.answered("web1");
    const registered = running.registry.forPlugType("acme");
    registered?.finish(inputOf("web1"), output);
    registered?.release(inputOf("web1"), output);
    registered?.release(inputOf("web1"), output);
    await running.hasRead("release create web1 web1");
    expect(running.read().slice(2)).toEqual(["finish create web1 web1", "release create web1 web1"]);
  });

  test("that was never answered is not released", async () => {
    await using running = new Running({ tricks: { web1: { kind: "never" } } });
    running.ask("web1");
    running.registry.forPlugType("acme")?.release(inputOf("web1"), null);
    await running.answered("web2");
    expect(running.read().filter((each) => each.startsWith("release"))).toEqual([]);
  });

  test("that nobody waits for any more is released, with what it was", async () => {
    await using running = new Running({ tricks: { web1: { kind: "late", ms: 50 } } });
    running.ask("web1");
    await running.hasRead("prepare create web1");
    running.ask("web1", { options: { speed: "1" } });
    await running.hasRead("release create web1 web1");
  });

  test("a finish that the command may not have read when it died is said to the next one", async () => {
    await using running = new Running({ tricks: { bad: { kind: "exit" } } });
    await running.answered("web1");
    running.registry.forPlugType("acme")?.finish(inputOf("web1"), output);
    running.ask("bad");
    await running.hasRead("finish create web1 web1", 2);
  });

  test("and one that it has read is not", async () => {
    await using running = new Running({ tricks: { bad: { kind: "exit" } } });
    await running.answered("web1");
    running.registry.forPlugType("acme")?.finish(inputOf("web1"), output);
    await running.answered("web2");
    running.ask("bad");
    await running.hasRead("prepare create bad", 2);
    expect(running.read().filter((each) => each.startsWith("finish"))).toHaveLength(1);
  });

  test("arrange is a notification", async () => {
    await using running = new Running({});
    await running.answered("web1");
    running.registry.forPlugType("acme")?.arrange(inputOf("web1"));
    await running.hasRead("arrange create web1");
  });
});

/** More than may be heard at once that nobody has asked for. */
const MANY = 40_000;

describe("the end", () => {
  function isAlive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  test("is a shutdown, and the end of input; what it started ends with it", async () => {
    const running = new Running({ tricks: { web1: { kind: "child" } } });
    await running.answered("web1");
    const child = Number(running.readLines().at(-1)?.replace("child ", ""));
    expect(isAlive(child)).toBe(true);
    const lines = running.readLines();
    await running.registry.destroyAll(() => () => {});
    expect(
      running
        .readLines()
        .slice(lines.length)
        .map((line) => JSON.parse(line).method),
    ).toEqual(["shutdown"]);
    while (isAlive(child)) await Bun.sleep(5);
    await running[Symbol.asyncDispose]();
  });

  test("is in order also where the command answers thousands of open questions first", async () => {
    const ended = join(mkdtempSync(join(tmpdir(), "vifplugd-ended-")), "ended");
    const late = `
      const [asked, lines] = [[], require("node:readline").createInterface({ input: process.stdin })];
      const say = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
      lines.on("line", (line) => {
        const { id, method } = JSON.parse(line);
        if (method === "initialize") say(id, { protocol: 1 });
        if (method === "prepare" && asked.push(id) === ${MANY}) console.error("all asked");
        if (method !== "shutdown") return;
        for (const each of asked) say(each, { ready: false, reason: "late" });
        say(id, null);
      });
      lines.on("close", () => { require("node:fs").writeFileSync("${ended}", "in order"); process.exit(0); });`;
    // Heard as if nobody had asked for them, they would take half a minute.
    const limits = { ...QUICK, silence: 120_000, terminateAfter: 25_000, killAfter: 26_000 };
    const running = new Running([process.execPath, "-e", late], limits);
    for (let port = 0; port < MANY; port++) running.ask(`port${port}`);
    await running.logged(/all asked/);
    await running[Symbol.asyncDispose]();
    expect(readFileSync(ended, "utf8")).toBe("in order");
    rmSync(dirname(ended), { recursive: true });
  });

  test("comes by a signal when the command does not heed it", async () => {
    const running = new Running({ ignoresShutdown: true }, HEEDLESS);
    await running.answered("web1");
    await running[Symbol.asyncDispose]();
  });

  test("before it was needed starts nothing", async () => {
    const running = new Running({});
    running.registry.unregister("acme");
    await running[Symbol.asyncDispose]();
  });
});

describe("when the configuration is read again, a command", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vifplugd-program-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = () => join(folder, "acme");
  const log = () => join(folder, "read");

  /** Puts another program in the place of the one that there is: its interfaces have this prefix. */
  function install(prefix: string): void {
    const words = [process.execPath, puppet, log(), JSON.stringify({ prefix })].map((word) => `'${word}'`);
    writeFileSync(`${file()}.new`, `#!/bin/sh\nexec ${words.join(" ")}\n`, { mode: 0o755 });
    renameSync(`${file()}.new`, file());
  }
  const starts = () => readFileSync(log(), "utf8").match(/"method":"initialize"/g)?.length;

  test("is left alone while its files are the same", async () => {
    install("a-");
    await using running = new Running([file()]);
    await running.answered("web1");
    expect(await running.provider.renewed()).toBeNull();
    expect(await running.answered("web2")).toEqual(plug("a-web2"));
    expect(starts()).toBe(1);
  });

  test.each([
    ["its program", () => [file()]],
    ["the file that its interpreter reads", () => ["sh", file()]],
  ])("is started anew when %s is another one; until that answers, what is known holds", async (_, argv) => {
    install("a-");
    await using running = new Running(argv());
    await running.answered("web1");
    install("b-");
    expect(await running.provider.renewed()).toBeNull();
    expect(running.ask("web1", { interface: plugged("a-web1") })).toEqual(plug("a-web1"));
    expect(await running.answered("web2")).toEqual(plug("b-web2"));
    await running.until("web1", (answer) => isDeepStrictEqual(answer, plug("b-web1")));
    expect(running.log).toEqual([
      "info acme: the files of the command have changed: the command is started anew",
    ]);
    expect(starts()).toBe(2);
  });

  test("that waits to be started again is started at once", async () => {
    await using running = new Running([file()], { restartFirst: 600_000, restartLast: 600_000 });
    await running.logged(/cannot be started: .*again in 600 s/);
    install("a-");
    await running.provider.renewed();
    expect(await running.answered("web1")).toEqual(plug("a-web1"));
  });

  test("whose options were refused is made anew, because another program may take them", async () => {
    const optionsSchema = { type: "object", properties: { nic: { type: "integer" } } };
    await using running = new Running({ introduction: { optionsSchema } }, QUICK, { nic: "x" });
    await running.logged(/warn acme: options\.nic: /);
    expect(await running.provider.renewed()).not.toBeNull();
  });
});

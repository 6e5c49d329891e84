// The log: one line per event, with time, level and module.
import { describe, expect, test } from "bun:test";
import { LEVELS, type Level, Log, type LogOptions } from "../../src/log/log.ts";

function observed(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const clock = { now: Date.UTC(2026, 0, 31, 12, 0, 0, 7) };
  const log = new Log({
    level: "info",
    format: "text",
    write: (line) => lines.push(line),
    now: () => clock.now,
    ...options,
  });
  return { log, lines, clock };
}

test("a line has the time in UTC, the level, the module and the message", () => {
  const { log, lines } = observed();
  log.module("plug").info("lsp1: plugged");
  expect(lines).toEqual(["2026-01-31T12:00:00.007Z info plug: lsp1: plugged\n"]);
});

test("as JSON it is one object with the same fields", () => {
  const { log, lines } = observed({ format: "json" });
  log.module("plug").error('two\nlines "quoted"');
  expect(lines).toEqual([expect.stringMatching(/^[^\n]+\n$/)]);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    time: "2026-01-31T12:00:00.007Z",
    level: "error",
    module: "plug",
    message: 'two\nlines "quoted"',
  });
});

test("a message of several lines stays one line of text", () => {
  const { log, lines } = observed();
  log.module("plug").error("one\r\ntwo\n\nthree");
  expect(lines).toEqual(["2026-01-31T12:00:00.007Z error plug: one two three\n"]);
});

test("what comes from elsewhere cannot control the terminal that shows the log", () => {
  const { log, lines } = observed();
  log.module("plug").error("a\x1b[2Jb\x9b1m");
  expect(lines).toEqual(["2026-01-31T12:00:00.007Z error plug: a\ufffd[2Jb\ufffd1m\n"]);
});

test("lines for the journal begin with their priority, in either format", () => {
  for (const format of ["text", "json"] as const) {
    const { log, lines } = observed({ journal: true, level: "debug", format });
    const logger = log.module("m");
    for (const level of LEVELS) logger[level](level);
    expect(lines.map((line) => line.slice(0, 3))).toEqual(["<3>", "<4>", "<6>", "<7>"]);
  }
});

describe("the level", () => {
  const everything = (level: Level) => {
    const { log, lines } = observed({ level });
    for (const one of LEVELS) log.module("m")[one](one);
    return lines.map((line) => line.trim().split(" ").at(-1));
  };

  test.each<[Level, readonly string[]]>([
    ["error", ["error"]],
    ["warn", ["error", "warn"]],
    ["info", ["error", "warn", "info"]],
    ["debug", ["error", "warn", "info", "debug"]],
  ])("%s lets through %p", (level, expected) => {
    expect(everything(level)).toEqual([...expected]);
  });

  test("and the format can be changed while the log is in use", () => {
    const { log, lines } = observed({ level: "error" });
    const logger = log.module("m");
    logger.info("not yet");
    log.level = "debug";
    log.format = "json";
    logger.debug("now");
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(["now"]);
  });
});

describe("repeated warnings", () => {
  test("are limited, and the next one says how many were dropped", () => {
    const { log, lines, clock } = observed();
    for (let index = 0; index < 8; index++) log.module("m").warn("again");
    expect(lines.length).toBe(5);
    clock.now += 1000;
    log.module("m").warn("again");
    expect(lines.at(-1)).toEndWith("warn m: again (3 like it dropped)\n");
  });

  test("repeat each other by module and topic, not by their words", () => {
    const { log, lines } = observed();
    for (let index = 0; index < 8; index++) log.module("m").warn(`try ${index}`, "tries");
    expect(lines.length).toBe(5);
    log.module("other").warn("try 9", "tries");
    log.module("m").warn("something else");
    expect(lines.length).toBe(7);
  });

  test("do not hold back errors or information", () => {
    const { log, lines } = observed();
    for (let index = 0; index < 20; index++) {
      log.module("m").error("again");
      log.module("m").info("again");
    }
    expect(lines.length).toBe(40);
  });
});

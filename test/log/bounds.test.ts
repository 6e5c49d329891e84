/** What a log writes at most, whoever makes something happen how often, and whatever texts that holds. */
import { describe, expect, test } from "bun:test";
import { Log, type LogOptions } from "../../src/log/log.ts";

function observed(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const clock = { now: Date.UTC(2026, 0, 31) };
  const log = new Log({
    level: "info",
    format: "text",
    write: (line) => lines.push(line),
    now: () => clock.now,
    ...options,
  });
  return { log, lines, clock };
}

const HUGE = [
  "x".repeat(1 << 20),
  "a b ".repeat(1 << 18),
  `"${"\\".repeat(1 << 20)}`,
  "\0".repeat(1 << 20),
  "\u202e".repeat(1 << 20),
  "网".repeat(1 << 20),
  "😀 ".repeat(1 << 19),
];

describe.each(["text", "json"] as const)("as %s", (format) => {
  test("a line has at most 8 KiB, and is whole", () => {
    const { log, lines } = observed({ format, journal: true });
    for (const message of HUGE) log.module("m").info(message);
    expect(lines).toHaveLength(HUGE.length);
    for (const line of lines) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192);
      expect(line).toMatch(/^<6>[^\n]*\n$/);
      if (format === "json") expect(JSON.parse(line.slice(3)).message).toContain("…");
    }
  });

  test("what cannot be seen is seen", () => {
    const { log, lines } = observed({ format });
    log.module("m").info("a\u202eb\u2066c\u200bd\u2028e\x1bf");
    expect(lines[0]).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    if (format === "json") {
      expect(JSON.parse(lines[0] ?? "").message).toBe("a\u202eb\u2066c\u200bd\u2028e\x1bf");
    }
  });
});

test("texts of others are cut, and what is said of them is left", () => {
  const { log, lines } = observed();
  log.module("plug").info(`lsp1: no-provider: plug type "${"x".repeat(5000)}"; add one`);
  expect(lines[0]).toMatch(/ lsp1: no-provider: plug type "x{199}…; add one \(5,0\d\d characters\)\n$/);
});

describe("a module", () => {
  test("writes at most 80 lines of news in a second, and then how many it left out", () => {
    const { log, lines, clock } = observed();
    const [busy, calm] = [log.module("busy"), log.module("calm")];
    for (let count = 0; count < 1000; count++) {
      clock.now += 1;
      busy.info(`line ${count}`);
    }
    calm.info("still heard");
    expect(lines.filter((line) => line.includes("busy"))).toHaveLength(80);
    expect(lines.at(-1)).toContain("calm: still heard");
    clock.now += 1000;
    busy.error("later");
    expect(lines.at(-2)).toContain("warn busy: 920 lines were dropped: more than 100 in a second");
    expect(lines.at(-1)).toContain("busy: later");
  });

  test("is heard when it warns, whatever news it had in the same second, up to 100 lines", () => {
    const { log, lines } = observed();
    const busy = log.module("busy");
    for (let count = 0; count < 1000; count++) busy.info(`line ${count}`);
    for (let count = 0; count < 50; count++) busy.error(`fault ${count}`);
    expect(lines.filter((line) => line.includes("line "))).toHaveLength(80);
    expect(lines.filter((line) => line.includes("fault "))).toHaveLength(20);
  });

  test("is told of also when it has nothing more to say", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const log = new Log({
      level: "info",
      format: "text",
      write: (line) => void (line.includes("dropped") && resolve(line)),
    });
    for (let count = 0; count < 150; count++) log.module("busy").info("x");
    expect(await promise).toMatch(/busy: \d+ lines were dropped/);
  });

  test("has its lines again when a second is over, or the clock was set back", () => {
    const { log, lines, clock } = observed();
    const heard = () => {
      const from = lines.length;
      for (let count = 0; count < 200; count++) log.module("m").info("x");
      return lines.slice(from).filter((line) => line.endsWith("x\n")).length;
    };
    expect(heard()).toBe(80);
    clock.now += 1000;
    // One of the second's lines tells of the last one.
    expect(heard()).toBe(79);
    clock.now -= 5000;
    expect(heard()).toBe(79);
  });
});

test("warnings on thousands of topics are remembered within bounds", () => {
  const { log, clock } = observed();
  Bun.gc(true);
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < 20_000; count++) {
    clock.now += 20;
    log.module("m").warn("x", `${count} ${"long".repeat(1000)}`);
  }
  Bun.gc(true);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 << 20);
});

describe("the tail", () => {
  test("has the last lines", () => {
    const { log } = observed();
    for (let count = 0; count < 50; count++) log.module("m").info(`line ${count}`);
    expect(log.tail(2)).toEqual([expect.stringContaining("line 48\n"), expect.stringContaining("line 49\n")]);
    expect(log.tail(1000)).toHaveLength(50);
    expect(log.tail(0)).toEqual([]);
  });

  test("is bounded in bytes", () => {
    const { log, clock } = observed();
    for (let count = 0; count < 500; count++) {
      clock.now += 100;
      log.module("m").info("word ".repeat(2000));
    }
    const bytes = log.tail(1000).reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    expect(bytes).toBeGreaterThan(128 << 10);
    expect(bytes).toBeLessThanOrEqual(256 << 10);
  });
});

test("where the line that tells of a loss is lost, too, the next loss is told with the next line", () => {
  const { log, lines } = observed({ takeLost: () => 1 });
  log.module("m").info("one");
  log.module("m").info("two");
  const told = "warn log: 1 lines were lost: whoever reads the log did not keep up\n";
  expect(lines.map((line) => line.slice(25))).toEqual(["info m: one\n", told, "info m: two\n", told]);
});

test("lines that were lost are told of", () => {
  const lost = [0, 7, 0];
  const { log, lines } = observed({ takeLost: () => lost.shift() ?? 0 });
  log.module("m").info("one");
  log.module("m").info("two");
  expect(lines.map((line) => line.slice(25))).toEqual([
    "info m: one\n",
    "info m: two\n",
    "warn log: 7 lines were lost: whoever reads the log did not keep up\n",
  ]);
});

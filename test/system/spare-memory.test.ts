/** What the process holds and nothing needs any more. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { cleanMappings } from "../../src/system/spare-memory.ts";

function mapping(head: string, anonymous: number): string {
  return `${head}\nSize:               1024 kB\nAnonymous:      ${String(anonymous).padStart(8)} kB\nVmFlags: rd ex mr mw me\n`;
}

const EXECUTABLE = "/opt/with a space/vifplugd";

test("the executable's mappings that were never written to are clean", () => {
  const smaps = [
    mapping(`00200000-00300000 r--p 00000000 fd:00 42                         ${EXECUTABLE}`, 0),
    mapping(`7f0000001000-7f0000003000 r-xp 00100000 fd:00 42                 ${EXECUTABLE}`, 0),
  ];
  expect(cleanMappings(smaps.join(""), EXECUTABLE)).toEqual([
    { start: 0x200000n, length: 0x100000n },
    { start: 0x7f0000001000n, length: 0x2000n },
  ]);
});

test.each([
  ["that can be written to", mapping(`00200000-00300000 rw-p 00000000 fd:00 42  ${EXECUTABLE}`, 0)],
  ["with a page that was written", mapping(`00200000-00300000 r--p 00000000 fd:00 42  ${EXECUTABLE}`, 4)],
  ["of another file", mapping("00200000-00300000 r-xp 00000000 fd:00 43  /usr/lib/libc.so.6", 0)],
  ["of no file", mapping("00200000-00300000 r--p 00000000 00:00 0 ", 0)],
])("a mapping %s is left alone", (_, smaps) => {
  expect(cleanMappings(smaps, EXECUTABLE)).toEqual([]);
});

test("the process holds less of its executable afterwards, and works on", () => {
  const module = join(import.meta.dir, "../../src/system/spare-memory.ts");
  const script = `
    import { readFileSync } from "node:fs";
    import { releaseSpareMemory } from ${JSON.stringify(module)};
    const held = () => Number(/^RssFile:\\s+(\\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
    const before = held();
    releaseSpareMemory();
    console.log(JSON.stringify({ before, after: held() }));`;
  const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", script]);
  expect(stderr.toString()).toBe("");
  const { before, after } = JSON.parse(stdout.toString());
  expect(after).toBeLessThan(before / 2);
});

test.each([
  ["reading the process's usage, as each scrape does", "process-usage.ts", "processUsage"],
  ["reading the clock, as each reload does", "clock.ts", "monotonicMicroseconds"],
])(
  "%s takes no memory that stays",
  (_, file, call) => {
    const module = join(import.meta.dir, "../../src/system", file);
    const script = `
    import { ${call} } from ${JSON.stringify(module)};
    const round = () => {
      for (let index = 0; index < 6000; index++) ${call}();
      Bun.gc(true);
      return process.memoryUsage.rss();
    };
    for (let warm = 0; warm < 2; warm++) round();
    const before = round();
    for (let rounds = 0; rounds < 6; rounds++) round();
    console.log(round() - before);`;
    const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", script]);
    expect(stderr.toString()).toBe("");
    expect(Number(stdout.toString())).toBeLessThan(8 << 20);
  },
  60_000,
);

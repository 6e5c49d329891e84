// What is no whole and true record of this program is refused, with the line and what is wrong in it.
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { randomStep } from "../plug/support/history.ts";
import { random } from "../support/random.ts";
import { Folder, recordHistory, replayed } from "./support/recording.ts";

/** A history in which much is decided. */
const made = random(11);
const { record, decided } = recordHistory(made.list(450, () => randomStep(made)));

function edited(line: number, edit: (run: Record<string, unknown>) => void): readonly string[] {
  const run = JSON.parse(record[line] ?? "");
  edit(run);
  return record.with(line, JSON.stringify(run));
}

/** The first line whose text contains this. */
function lineWith(text: string): number {
  const line = record.findIndex((one) => one.includes(text));
  if (line === -1) throw new Error(`no line contains ${text}`);
  return line;
}

test("the record that the others are made of is whole, and much is decided in it", () => {
  expect(replayed(record)).toEqual(decided);
  expect(decided.length).toBeGreaterThan(50);
});

describe("a file that is no record", () => {
  test.each([
    [
      "a log",
      "2026-11-22T12:00:00Z info main: vifplugd 0.1.0 starts",
      "1: not a record that this version can replay: not a whole line of JSON",
    ],
    ["other JSON", '{"id":0,"method":"update3"}', "1: not a record that this version can replay: record: "],
    [
      "a record of another format",
      '{"record":1,"version":"0.0.1","settings":{}}',
      "1: not a record that this version can replay: record: expected a record of format 5",
    ],
    [
      "a header without settings",
      '{"record":5,"version":"0.1.0"}',
      "1: not a record that this version can replay: settings: ",
    ],
    [
      "settings that are none",
      '{"record":5,"version":"0.1.0","settings":{"chassis":5}}',
      "1: not a record that this version can replay: chassis: ",
    ],
    ["an empty line", "", "1: not a record"],
  ])("%s", (_, line, expected) => {
    expect(() => replayed([line])).toThrow(expected);
  });
});

describe("a record that is not whole", () => {
  test("cut within a line, the line is named", () => {
    const cut = [...record.slice(0, 4), (record[4] ?? "").slice(0, -10)];
    expect(() => replayed(cut)).toThrow("5: not a whole line of JSON");
  });

  test("cut between lines, it is a shorter record", () => {
    expect(replayed(record.slice(0, 4))).toEqual(decided.filter((line) => JSON.parse(line).run <= 3));
  });

  test("with a run left out, the gap is named", () => {
    expect(() => replayed(record.toSpliced(5, 1))).toThrow("6: expected run 5, received run 6");
  });
});

describe("a record that was edited", () => {
  test("a batch of the wrong shape", () => {
    const at = lineWith('"input":"iface"');
    const wrong = record.with(
      at,
      (record[at] ?? "").replace('"ofport":1', '"ofport":"one"').replace('"ofport":null', '"ofport":"one"'),
    );
    expect(() => replayed(wrong)).toThrow(new RegExp(`^${at + 1}: .*ofport: .*Expected`));
  });

  test("an input that the graph does not have", () => {
    const wrong = edited(2, (run) => {
      run.pushes = [{ input: "nonsense", cause: "update", batch: [] }];
    });
    expect(() => replayed(wrong)).toThrow("3: the graph has no input nonsense");
  });

  test("a run without pushes", () => {
    expect(() => replayed(edited(2, (run) => delete run.pushes))).toThrow("3: pushes: ");
  });

  test("an answer that is missing, or one too many", () => {
    const at = lineWith('"answers":');
    const missing = edited(at, (run) => delete run.answers);
    expect(() => replayed(missing)).toThrow(
      new RegExp(`^${at + 1}: .*asked .*, but the record has no answer to this question$`),
    );
    const extra = { provider: "dummy", operation: "create", lport: "zzz", answer: { kind: "unplug" } };
    const more = edited(
      at,
      (run) => (run.answers = [...(Array.isArray(run.answers) ? run.answers : []), extra]),
    );
    expect(() => replayed(more)).toThrow(`${at + 1}: the record goes on with an answer about zzz`);
  });

  test("a change sent that was never decided", () => {
    const wrong = edited(2, (run) => {
      run.pushes = [
        { input: "attempt", cause: "update", batch: [{ lport: "zzz", phase: "in-flight", nonce: 0 }] },
      ];
    });
    expect(() => replayed(wrong)).toThrow("3: zzz was sent to the database, which was not decided");
  });
});

describe("vifplugd replay", () => {
  const main = new URL("../../src/main.ts", import.meta.url).pathname;

  function replay(lines: readonly string[], ...options: readonly string[]) {
    using folder = new Folder();
    const file = folder.file("record");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, main, "replay", file, ...options]);
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString().replace(file, "FILE") };
  }

  test("prints the decisions, byte for byte, each time", () => {
    const expected = { exitCode: 0, stdout: decided.map((line) => `${line}\n`).join(""), stderr: "" };
    expect(replay(record)).toEqual(expected);
    expect(replay(record)).toEqual(expected);
  });

  test("--until stops after that run", () => {
    const runs = replay(record, "--until", "60")
      .stdout.trim()
      .split("\n")
      .map((line) => JSON.parse(line).run);
    expect(Math.max(...runs)).toBeLessThanOrEqual(60);
    expect(runs.length).toBe(decided.filter((line) => JSON.parse(line).run <= 60).length);
    expect(replay(record, "--until", "0")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test.each(["", "-1", "soon"])("--until %p is refused", (until) => {
    expect(replay(record, `--until=${until}`)).toMatchObject({ exitCode: 64, stdout: "" });
  });

  test("names file, line and fault, and keeps what was decided before", () => {
    const { exitCode, stdout, stderr } = replay(record.toSpliced(5, 1));
    expect([exitCode, stderr]).toEqual([1, "vifplugd: FILE:6: expected run 5, received run 6\n"]);
    expect(decided.join("\n")).toStartWith(stdout.trim());
  });

  test("an empty file and one that is not there", () => {
    expect(replay([]).stderr).toBe("vifplugd: FILE:1: the file is empty\n");
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, main, "replay", "/nowhere"], {
      stderr: "pipe",
    });
    expect(exitCode).toBe(1);
    expect(stderr.toString()).toMatch(/^vifplugd: \/nowhere: no such file or directory\n$/);
  });
});

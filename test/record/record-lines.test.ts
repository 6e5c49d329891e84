/** A record is read line by line, and a line without end is refused. */
import { expect, test } from "bun:test";
import { recordLines } from "../../src/record/record-lines.ts";

const BOUNDS = { header: 8, run: 16 };

async function* piecesOf(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}

async function linesOf(...texts: readonly string[]): Promise<readonly string[]> {
  const lines = await Array.fromAsync(recordLines(piecesOf(...texts), BOUNDS));
  return lines.map((line) => (line.ok ? line.value : `fault: ${line.error}`));
}

const tooLong = (bytes: number) =>
  `fault: the line has more than ${bytes} bytes: expected a file that run --record has written`;

test("A piece of the file may hold several lines, and a line may come in several pieces", async () => {
  expect(await linesOf("a\nb\nc", "d", "\n", "e\n")).toEqual(["a", "b", "cd", "e"]);
});

test("The last line needs no end, and an empty line is a line", async () => {
  expect(await linesOf("a\n\nb")).toEqual(["a", "", "b"]);
  expect(await linesOf()).toEqual([]);
});

test("A character that is cut between two pieces is whole in its line", async () => {
  const bytes = Buffer.from("ü\n");
  const pieces = async function* () {
    yield bytes.subarray(0, 1);
    yield bytes.subarray(1);
  };
  expect(await Array.fromAsync(recordLines(pieces()))).toEqual([{ ok: true, value: "ü" }]);
});

test("The first line is bounded in bytes more closely than the runs after it", async () => {
  expect(await linesOf("12345678\n", "1234567890123456\n")).toEqual(["12345678", "1234567890123456"]);
  expect(await linesOf("123456789\n")).toEqual([tooLong(8)]);
  expect(await linesOf("a\n", "12345678901234567")).toEqual(["a", tooLong(16)]);
});

test("Nothing is read after a line that is too long", async () => {
  let read = 0;
  const endless = async function* () {
    for (;;) {
      read++;
      yield Buffer.from("12345");
    }
  };
  expect(await Array.fromAsync(recordLines(endless(), BOUNDS))).toHaveLength(1);
  expect(read).toBe(2);
});

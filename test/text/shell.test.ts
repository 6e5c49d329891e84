/** A word that is copied into a shell is read as the text that it stands for, whatever that is. */
import { describe, expect, test } from "bun:test";
import { shellWord } from "../../src/text/shell.ts";
import { chooseSeed, random } from "../support/random.ts";

/** What the shell makes of the word, byte by byte. */
function read(shell: string, word: string): string {
  const { stdout } = Bun.spawnSync([shell, "-c", `printf '%s.' ${word}`], { env: { LANG: "C.UTF-8" } });
  return stdout.toString();
}

test("a plain word stays as it is", () => {
  expect(shellWord("br-int")).toBe("br-int");
  expect(shellWord("eth0.1@x")).toBe("eth0.1@x");
});

test("another is quoted, and what cannot be seen is written out", () => {
  expect(shellWord("a;id")).toBe("'a;id'");
  expect(shellWord("it's")).toBe("'it'\\''s'");
  expect(shellWord("")).toBe("''");
  expect(shellWord("a\u202eb\n")).toBe("$'a\\xe2\\x80\\xaeb\\x0a'");
});

describe.each(["bash", "zsh"])("%s", (shell) => {
  test.each([
    "",
    "a b",
    "$(id)",
    "`id`",
    "';id;'",
    "!!",
    "~",
    "*",
    "\\",
    "$'x'",
    "a\nb",
    "\t",
    "é\u202e'",
    "\\x41\u200b",
  ])("reads %j as itself", (text) => {
    expect(read(shell, shellWord(text))).toBe(`${text}.`);
  });

  test("reads any text as itself", () => {
    const seed = chooseSeed();
    const dice = random(seed);
    const PIECES = [..."ab '\"\\$`;&|<>(){}[]*?~!#=%^-\n\t\x01\x7f", "é", "网", "\u202e", "\u200d", "😀"];
    for (let round = 0; round < 40; round++) {
      const text = dice.list(dice.int(12), () => dice.pick(PIECES)).join("");
      expect({ seed, text: read(shell, shellWord(text)) }).toEqual({ seed, text: `${text}.` });
    }
  });
});

test("sh reads what can be seen as itself", () => {
  for (const text of ["a b", "$(id)", "';id;'", "\\", "-n"])
    expect(read("sh", shellWord(text))).toBe(`${text}.`);
});

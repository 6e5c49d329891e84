/** What a report hides. */
import { expect, test } from "bun:test";
import { redacted } from "../../src/cli/bugreport.ts";

test.each([
  ["https://user:word@host/x", "https://***@host/x"],
  ["a ssl+v1.2://u@h and http://u@h", "a ssl+v1.2://***@h and http://***@h"],
  ["https://host/a@b", "https://host/a@b"],
  ["name@host", "name@host"],
])("%j becomes %j", (text, hidden) => {
  expect(redacted(text)).toBe(hidden);
});

test("a word of a million letters is looked at once", () => {
  const word = "x".repeat(1_000_000);
  expect(redacted(word)).toBe(word);
});

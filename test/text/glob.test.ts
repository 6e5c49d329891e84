// Patterns as a shell has them.
import { describe, expect, test } from "bun:test";
import { globMatcher } from "../../src/text/glob.ts";

describe.each([
  ["web1", ["web1"], ["web", "web12", "Web1"]],
  ["web*", ["web", "web1", "web/1"], ["aweb"]],
  ["*web*", ["web", "my-web-1"], ["we b"]],
  ["w?b", ["wäb", "w😀b"], ["wb", "waab"]],
  ["web[0-9]", ["web0", "web9"], ["weba", "web10"]],
  ["web[!0-9]", ["weba"], ["web0", "web"]],
  ["[]a]", ["]", "a"], ["b"]],
  ["[a-]", ["a", "-"], ["b"]],
  ["[x", ["[x"], ["x"]],
  ["a\\*b", ["a*b"], ["aab"]],
  ["\\", ["\\"], [""]],
  ["", [""], ["a"]],
  ["**", ["", "a"], []],
  ["a*b*c", ["abc", "abbc", "aXbYbZc"], ["acb", "ab"]],
])("%s", (pattern, matching, others) => {
  const matches = globMatcher(pattern);
  test.each(matching)("matches %j", (text) => expect(matches(text)).toBe(true));
  if (others.length > 0) test.each(others)("does not match %j", (text) => expect(matches(text)).toBe(false));
});

test("many stars on a long text that does not match are no trouble", () => {
  // A matcher that tries every way would not come back.
  expect(globMatcher(`${"*a".repeat(50)}*b`)("a".repeat(5000))).toBe(false);
});

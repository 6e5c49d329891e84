// Which known word was probably meant.
import { expect, test } from "bun:test";
import { editDistance, suggest } from "../../src/config/suggest.ts";

test.each([
  ["brige", "bridge"],
  ["Bridge", "bridge"],
  ["reomte", "remote"],
  ["remot", "remote"],
  ["colour", null],
  ["", null],
])("%j: %j", (word, meant) => {
  expect(suggest(word, ["remote", "bridge", "private_key"])).toBe(meant);
});

test.each([
  ["", "", 0],
  ["a", "", 1],
  ["kitten", "sitting", 3],
  ["ab", "ba", 1],
  ["abcd", "acbd", 1],
])("from %j to %j it is %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

// The words of what was thrown, whatever that is.
import { expect, test } from "bun:test";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { messageOf, stackOf, systemMessageOf } from "../src/result.ts";

test("the words of an error are its message, and with its stack also where it was thrown", () => {
  const error = new Error("no such device");
  expect(messageOf(error)).toBe("no such device");
  expect(stackOf(error)).toMatch(/^Error: no such device\n +at .*result\.test\.ts/);
  expect(stackOf(Object.assign(error, { stack: undefined }))).toBe("no such device");
});

test.each([messageOf, stackOf])("what is no error is told as text, in at most 4 KiB (%p)", (words) => {
  expect(words("a text")).toBe("a text");
  expect(words(undefined)).toBe("undefined");
  expect(words("x".repeat(10_000))).toHaveLength((4 << 10) - 2);
});

test.each([messageOf, stackOf])("what throws when it is looked at has no words (%p)", (words) => {
  const hostile = new Proxy(new Error(), {
    get() {
      throw new Error("do not look");
    },
  });
  expect(words(hostile)).toBe("something that has no words");
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

test.each([
  [() => readFileSync("/nowhere/at/all"), "no such file or directory"],
  [() => readFileSync("/"), "illegal operation on a directory"],
  [() => openSync("/dev/null/it's, here", "r"), "not a directory"],
  [() => mkdirSync("/"), "file already exists"],
])("%p is told without its code, its call and its path", (action, words) => {
  expect(systemMessageOf(thrownBy(action))).toBe(words);
});

test("what has no path is told whole, and so is what is no refused call", async () => {
  const refused = await new Promise((resolve) => connect("/nowhere/at/all").on("error", resolve));
  expect(systemMessageOf(refused)).toContain("ENOENT");
  expect(systemMessageOf(new Error("ENOENT: a message, of ours"))).toBe("ENOENT: a message, of ours");
  expect(systemMessageOf("words")).toBe("words");
});

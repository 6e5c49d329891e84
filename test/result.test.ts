// The words of what was thrown, whatever that is.
import { expect, test } from "bun:test";
import { messageOf, stackOf } from "../src/result.ts";

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

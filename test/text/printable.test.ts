/** What others chose is shown as visible characters only. */
import { expect, test } from "bun:test";
import { isPrintable, printable } from "../../src/text/printable.ts";

test.each([
  ["\x1b[31m", "\ufffd[31m"],
  ["a\u202eb", "a\ufffdb"],
  ["a\u2066b\u2069", "a\ufffdb\ufffd"],
  ["zero\u200bwidth\ufeff", "zero\ufffdwidth\ufffd"],
  ["line\u2028para\u2029", "line\ufffdpara\ufffd"],
  ["tag\u{e0041}", "tag\ufffd"],
  ["half\ud800", "half\ufffd"],
  ["del\x7f\x9b", "del\ufffd\ufffd"],
  ["soft\u00adhyphen", "soft\ufffdhyphen"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
  expect(isPrintable(text)).toBe(false);
});

test("everything else is shown as it is", () => {
  for (const text of ["web1", "网卡-一号", "é😀", "a b"]) {
    expect(printable(text)).toBe(text);
    expect(isPrintable(text)).toBe(true);
  }
  expect(printable("a\tb")).toBe("a\tb");
  expect(isPrintable("a\tb")).toBe(false);
});

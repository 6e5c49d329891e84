// What the keys of `vifplugd watch` do.
import { describe, expect, test } from "bun:test";
import { pressed, startOf, type WatchModel } from "../../src/cli/watch-model.ts";

const seen = { matching: 46, room: 10, lport: "lsp1" };
const start = startOf({ state: null, lport: null });

const NAMED: Readonly<Record<string, string>> = { "/": "/", " ": "space" };
/** What a terminal sends for them is no sign that is seen. */
const TYPED: Readonly<Record<string, string>> = { return: "\r", backspace: "\x7f", escape: "" };
/** A sign, or the name of a key that types nothing; `^c` with the control key. */
function press(model: WatchModel, ...keys: readonly string[]): WatchModel {
  return keys.reduce((at, key) => {
    if (key.startsWith("^")) return pressed(at, { name: key.slice(1), ctrl: true, text: "" }, seen);
    const name = NAMED[key] ?? key.toLowerCase();
    return pressed(at, { name, ctrl: false, text: TYPED[key] ?? (key.length === 1 ? key : "") }, seen);
  }, model);
}

test.each([
  [["down", "j"], 2],
  [["up"], 0],
  [["G"], 45],
  [["end", "down"], 45],
  [["G", "g"], 0],
  [["pagedown", " "], 20],
  [["pagedown", "pageup", "pageup"], 0],
  [["^d", "^n"], 6],
])("%j selects number %d", (keys, selected) => {
  expect(press(start, ...keys).selected).toBe(selected);
});

test.each(["q", "^c"])("%s ends", (key) => {
  expect(press(start, key).isEnded).toBe(true);
});

test.each(["x", "^x", "f5", "^d", "undefined"])("%s does not", (key) => {
  expect(press(start, key).isEnded).toBe(false);
});

test("t shows trouble alone, and all again", () => {
  const troubled = press(start, "G", "t");
  expect(troubled).toMatchObject({ question: { state: "trouble", lport: null }, selected: 0 });
  expect(press(troubled, "t").question.state).toBeNull();
});

describe("a filter", () => {
  test.each([
    [["w", "e", "b", "return"], "*web*"],
    [["w", "*", "return"], "w*"],
    [["q", "t", "/", "return"], "*qt/*"],
    [["a", "b", "backspace", "return"], "*a*"],
    [["a", "^u", "return"], null],
    [["a", "escape"], null],
    [["ä", " ", "x", "return"], "*ä x*"],
  ])("that is typed as %j asks for %j", (keys, lport) => {
    expect(press(start, "/", ...keys)).toMatchObject({ typing: null, question: { lport }, isEnded: false });
  });

  test("is left with escape", () => {
    expect(press(startOf({ state: "held", lport: "a*" }), "escape").question).toEqual({
      state: null,
      lport: null,
    });
  });

  test("takes no key that types nothing", () => {
    expect(press(start, "/", "a", "f5", "^x", "up").typing).toBe("a");
  });
});

describe("an explanation", () => {
  const explained = press(start, "down", "return");

  test("is of the port that is selected", () => {
    expect(explained.explained).toEqual({ lport: "lsp1", top: 0 });
    expect(
      pressed(start, { name: "return", ctrl: false, text: "\r" }, { ...seen, lport: null }).explained,
    ).toBe(null);
  });

  test("is scrolled by the same keys, and the ports stay where they were", () => {
    expect(press(explained, "down", " ")).toMatchObject({ explained: { top: 11 }, selected: 1 });
    expect(press(explained, "G").explained?.top).toBeGreaterThan(1e9);
  });

  test.each(["escape", "q", "return", "left"])("is left with %s", (key) => {
    expect(press(explained, key)).toMatchObject({ explained: null, selected: 1, isEnded: false });
  });
});

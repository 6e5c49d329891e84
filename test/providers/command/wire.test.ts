// What a command may say: the messages of JSON-RPC 2.0, and an `error` of null beside a result.
import { expect, test } from "bun:test";
import { parseIntroduction, parseLine } from "../../../src/providers/command/wire.ts";

const parse = (message: object) => parseLine(JSON.stringify(message));

test("an answer has a result or an error; an error of null is none", () => {
  const answer = { kind: "result", id: 1, result: { ready: true } } as const;
  expect(parse({ jsonrpc: "2.0", id: 1, result: { ready: true } })).toMatchObject({
    ok: true,
    value: answer,
  });
  expect(parse({ id: 1, result: { ready: true }, error: null })).toMatchObject({ ok: true, value: answer });
  expect(parse({ jsonrpc: "2.0", id: 1, result: null, error: { code: 1, message: "no" } })).toMatchObject({
    ok: true,
    value: { kind: "error", id: 1, message: "no" },
  });
});

test("what is no message is told apart from what is no JSON", () => {
  for (const odd of [[], 5, { id: "1", result: 1 }, { id: 1, error: "no" }]) {
    expect(parseLine(JSON.stringify(odd))).toMatchObject({ ok: false, error: { code: "no-message" } });
  }
  for (const line of ["", "  ", "hello", "{"]) {
    expect(parseLine(line)).toMatchObject({ ok: false, error: { code: "no-json" } });
  }
});

test.each<[object, string]>([
  [{}, "protocol: missing: this member is required"],
  [{ protocol: 1, reads: [{ name: "acme:port" }] }, "reads.0.meaning: missing: this member is required"],
  [{ protocol: 2 }, "protocol: expected 1, received 2"],
  [{ protocol: 1, summary: 5 }, "summary: expected string, received 5"],
])(
  "an answer to initialize that lacks a member says which, and one of another shape what was expected",
  (answer, fault) => {
    expect(parseIntroduction(answer)).toMatchObject({
      ok: false,
      error: `its answer to initialize: ${fault}`,
    });
  },
);

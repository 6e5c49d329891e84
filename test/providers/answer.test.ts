// Whatever a provider returns becomes an answer.
import { describe, expect, test } from "bun:test";
import { type Answer, interfaceNameFault, parseAnswer, thrownAnswer } from "../../src/providers/answer.ts";
import { checkProperty } from "../support/random.ts";

const ready = (wanted: unknown) => parseAnswer("create", { ready: true, interface: wanted });
const fault = (answer: Answer) => (answer.kind === "broken" ? answer.reason : "");

describe("an answer to a create", () => {
  test("is the interface that is asked for", () => {
    const wanted = { name: "eth0", type: "internal", options: { a: "1" } };
    expect(ready(wanted)).toEqual({ kind: "plug", wanted });
    const withConfig = { ...wanted, otherConfig: { b: "2" } };
    expect(ready(withConfig)).toEqual({ kind: "plug", wanted: withConfig });
  });

  test("is a copy: what the provider does to its object later changes nothing", () => {
    const options: Record<string, string> = { a: "1" };
    const answer = ready({ name: "eth0", type: "", options });
    options.a = "2";
    expect(answer).toMatchObject({ wanted: { options: { a: "1" } } });
  });

  test("may leave out the type of a network device, and options where there are none", () => {
    expect(ready({ name: "eth0" })).toEqual({
      kind: "plug",
      wanted: { name: "eth0", type: "", options: {} },
    });
  });

  test("leaves out what is no column of an interface", () => {
    const answer = ready({ name: "eth0", type: "", options: {}, mtu: 9000 });
    expect(answer).toEqual({ kind: "plug", wanted: { name: "eth0", type: "", options: {} } });
  });

  test.each<[unknown, string]>([
    [undefined, "no `interface`"],
    [null, "no `interface`"],
    [{ type: "", options: {} }, "without a `name`"],
    [{ name: 7, type: "", options: {} }, "without a `name`"],
    [{ name: "eth0", type: null, options: {} }, "`type` that is no string"],
    [{ name: "eth0", type: "", options: null }, "`options`"],
    [{ name: "a".repeat(1000) }, `"${"a".repeat(64)}… (1,000 characters)", which has 1000 bytes`],
    [{ name: "eth0", type: "", options: { a: 1 } }, "`options`"],
    [{ name: "eth0", type: "", options: {}, otherConfig: { a: null } }, "`otherConfig`"],
    [{ name: "eth0", type: "", options: {}, otherConfig: null }, "`otherConfig`"],
    [{ name: "a/b", type: "", options: {} }, '"a/b", which contains "/"'],
    [{ name: "eth0", type: "", options: [] }, "`options`"],
    [{ name: "eth0", type: "", options: {}, otherConfig: ["a"] }, "`otherConfig`"],
    [{ name: "eth\ud800", type: "", options: {} }, "half of a surrogate pair"],
    [{ name: "eth0", type: "a\0", options: {} }, "`type` that no database takes"],
    [{ name: "eth0", type: "", options: { a: "\udc00" } }, "`options` that no database takes"],
    [{ name: "eth0", type: "", options: { "a\0": "" } }, "`options` that no database takes"],
    [
      { name: "eth0", type: "", options: {}, otherConfig: { a: "\0" } },
      "`otherConfig` that no database takes",
    ],
  ])("of %j is broken, and says what is wrong", (wanted, words) => {
    expect(fault(ready(wanted))).toContain(words);
  });
});

describe("an answer", () => {
  test.each<["create" | "remove", object, Exclude<Answer, { kind: "broken" }>]>([
    ["create", { ready: false, reason: "gone" }, { kind: "not-ready", reason: "gone" }],
    ["remove", { ready: true }, { kind: "unplug" }],
  ])("to a %s may say whose the interface in place is by now", (operation, raw, answer) => {
    const misplaced = "VF 3";
    expect(parseAnswer(operation, { ...raw, misplaced })).toEqual({ ...answer, misplaced });
  });

  test("may say so beside the interface that is wanted", () => {
    const wanted = { name: "eth0", type: "", options: {} };
    const raw = { ready: true, interface: wanted, misplaced: "VF 3" };
    expect(parseAnswer("create", raw)).toEqual({ kind: "plug", wanted, misplaced: "VF 3" });
  });

  test("that is not ready may ask to arrange", () => {
    const raw = { ready: false, reason: "to be made" };
    const answer: Answer = { kind: "not-ready", reason: "to be made" };
    expect(parseAnswer("create", { ...raw, arrange: true })).toEqual({ ...answer, arrange: true });
    expect(parseAnswer("create", { ...raw, arrange: false })).toEqual(answer);
    expect(fault(parseAnswer("create", { ...raw, arrange: 1 }))).toContain("`arrange`");
    expect(fault(parseAnswer("remove", { ...raw, arrange: true }))).toContain("`arrange` for a removal");
  });

  test.each([7, "", null, {}])("that misplaces with %j is broken", (misplaced) => {
    expect(fault(parseAnswer("remove", { ready: true, misplaced }))).toContain("`misplaced`");
  });
});

describe("an interface", () => {
  const filled = (bytes: number) => ({
    name: "eth0",
    type: "",
    options: { k: "ä".repeat((bytes - 65) / 2) },
  });

  test("may have 16 KiB of texts, and not a byte more", () => {
    expect(ready(filled(16385 - 2))).toMatchObject({ kind: "plug" });
    expect(fault(ready(filled(16385)))).toContain("has 16385 bytes in its type, options and other_config");
    const { options } = filled(16385 - 2);
    expect(fault(ready({ name: "eth0", type: "", otherConfig: options, options: { a: "" } }))).toContain(
      "at most 16384 are allowed",
    );
    expect(fault(ready({ name: "eth0", type: "internal", options }))).toContain("has 16391 bytes");
  });

  test("may have a hundred options, and not thousands of short ones", () => {
    const options = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`o${index}`, ""]));
    expect(ready({ name: "eth0", options: options(100) })).toMatchObject({ kind: "plug" });
    expect(fault(ready({ name: "eth0", options: options(2000) }))).toContain("64 counted for each option");
  });
});

test.each<[string, (text: string) => Answer]>([
  ["reason", (reason) => parseAnswer("create", { ready: false, reason })],
  ["error", (text) => thrownAnswer(new Error(text))],
  ["`misplaced`", (misplaced) => parseAnswer("remove", { ready: true, misplaced })],
])("of a long %s the beginning is kept", (_, answered) => {
  const bytes = Buffer.byteLength(JSON.stringify(answered("ä".repeat(1 << 20))));
  expect(bytes).toBeGreaterThan(4000);
  expect(bytes).toBeLessThan(4200);
});

test("options in a Map are refused, not lost", () => {
  expect(fault(ready({ name: "eth0", type: "", options: new Map([["a", "1"]]) }))).toContain("`options`");
});

test("whatever text a database takes may be an option", () => {
  const options = { "": "", ä: "名 \ud83d\ude00\n\u0001" };
  expect(ready({ name: "eth0", type: "", options })).toMatchObject({ kind: "plug", wanted: { options } });
});

test("an answer to a remove is to go ahead, whatever else it carries", () => {
  expect(parseAnswer("remove", { ready: true })).toEqual({ kind: "unplug" });
  expect(parseAnswer("remove", { ready: true, interface: { name: 1 } })).toEqual({ kind: "unplug" });
});

describe("not ready", () => {
  test("carries the provider's reason, word for word", () => {
    for (const operation of ["create", "remove"] as const) {
      expect(parseAnswer(operation, { ready: false, reason: "no link" })).toEqual({
        kind: "not-ready",
        reason: "no link",
      });
    }
  });

  test.each([undefined, "", 7])("with reason %p is broken: somebody has to be able to read why", (reason) => {
    expect(fault(parseAnswer("create", { ready: false, reason }))).toContain("no reason");
  });
});

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a boolean", true],
  ["a string", "ready"],
  ["an empty object", {}],
  ["a list", []],
  ["a `ready` that is no boolean", { ready: 1 }],
  ["a promise", Promise.resolve({ ready: true })],
])("%s is no answer", (_, raw) => {
  expect(fault(parseAnswer("create", raw))).toContain("boolean `ready`");
});

test("something that was thrown is a broken answer with its words", () => {
  expect(thrownAnswer(new Error("boom"))).toEqual({ kind: "broken", reason: "prepare threw: boom" });
  expect(thrownAnswer(undefined)).toEqual({ kind: "broken", reason: "prepare threw: undefined" });
  const unspeakable = {
    toString() {
      throw new Error("no words");
    },
  };
  expect(thrownAnswer(unspeakable)).toEqual({
    kind: "broken",
    reason: "prepare threw: something that has no words",
  });
});

describe("an interface name", () => {
  test.each(["a", "eth0", "lsp-1.2_3", "123456789012345", "...", "äöü"])("may be %p", (name) => {
    expect(interfaceNameFault(name)).toBeNull();
  });

  test.each([
    ["", "empty"],
    ["1234567890123456", "16 bytes"],
    ["ääääääää", "16 bytes"],
    [".", "directory"],
    ["..", "directory"],
    ["a/b", 'contains "/"'],
    ["a:b", 'contains ":"'],
    ["eth%d", 'contains "%"'],
    ["a\u0007b", "control character"],
    ["a\u0085b", "control character"],
    ["a b", "white space"],
    ["a\tb", "white space"],
    ["a\n", "white space"],
    ["a\0b", "control character"],
    ["a\ud800b", "half of a surrogate pair"],
  ])("may not be %p", (name, words) => {
    expect(interfaceNameFault(name)).toContain(words);
  });

  test("that is let through can be one of a network device", () => {
    const characters = ["a", "0", ".", "-", "/", ":", "%", "\u0001", " ", "\t", "é", "名", "\u00a0"] as const;
    checkProperty<string>({
      cases: 2000,
      generate: (random) => random.list(random.int(18), () => random.pick(characters)).join(""),
      failure(name) {
        const bytes = new TextEncoder().encode(name).length;
        const fits =
          bytes >= 1 && bytes <= 15 && !/[\s/:%\p{Cc}]/u.test(name) && name !== "." && name !== "..";
        return (interfaceNameFault(name) === null) === fits ? undefined : `${fits} expected`;
      },
      shrink: (name) => name,
      format: (name) => JSON.stringify(name),
    });
  });
});

// Values in a record: what goes in comes out, and no secret does.

import { heapSize } from "bun:jsc";
import { expect, test } from "bun:test";
import { decode, encode, Secrets } from "../../src/record/recorded-json.ts";

const KEY = new Uint8Array(32);

test.each([
  ["a text", "text"],
  ["a number", 1.5],
  ["nothing", null],
  ["a list", ["a", 1, null, [true]]],
  [
    "a map",
    new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  ],
  ["a set", new Set(["a", "b"])],
  ["an empty map", new Map()],
  ["an empty set", new Set()],
  ["a row", { name: "eth0", options: new Map([["peer", "x"]]), ports: new Set(["a"]), error: null }],
  ["an object with the members map and set", { map: "a", set: "b" }],
])("%s comes out as it went in, through text too", (_, value) => {
  expect(decode(JSON.parse(JSON.stringify(encode(value))))).toEqual(value);
});

test("the same value is written the same each time", () => {
  const value = () =>
    new Map([
      ["b", new Set([2, 1])],
      ["a", new Set([3])],
    ]);
  expect(JSON.stringify(encode(value()))).toBe(JSON.stringify(encode(value())));
});

test("what is no data is refused", () => {
  expect(() => encode({ prepare: () => {} })).toThrow("a function cannot be recorded");
  expect(() => encode({ pairs: new URLSearchParams("a=b") })).toThrow("another class cannot be recorded");
});

test.each([
  "ipsec_psk",
  "psk",
  "password",
  "PASSWD",
  "client-secret",
  "private_key",
  "auth-token",
  "credentials",
])("the value of %s is left out, in a map and in an object", (key) => {
  for (const value of [new Map([[key, "hunter2"]]), { options: { [key]: "hunter2" } }]) {
    expect(JSON.stringify(encode(value))).not.toContain("hunter2");
    expect(JSON.stringify(encode(value))).toContain(key);
  }
});

test("of secrets that come and go nothing is kept", () => {
  const secrets = new Secrets(KEY);
  const held = () => {
    Bun.gc(true);
    return heapSize();
  };
  secrets.standInFor("first");
  const before = held();
  const standIns = Array.from({ length: 64 }, (_, round) =>
    secrets.standInFor(`${round}`.padEnd(1 << 20, "x")),
  );
  expect(held() - before).toBeLessThan(8 << 20);
  expect(new Set(standIns).size).toBe(64);
});

test("a replacement tells nothing about its secret: another record has another one", () => {
  const other = Uint8Array.from(KEY).fill(1);
  expect(new Secrets(KEY).standInFor("x")).not.toBe(new Secrets(other).standInFor("x"));
});

test("the same secret is left out the same way, and another one another way", () => {
  const secrets = new Secrets(KEY);
  const [first, second, other] = ["x", "x", "y"].map((psk) => encode(new Map([["psk", psk]]), secrets));
  expect(first).toEqual(second);
  expect(first).not.toEqual(other);
});

// The hostnames that a chassis had before are remembered, by its name.
import { expect, test } from "bun:test";
import { withFormer } from "../../src/plug/former-hostnames.ts";
import { chassisRow, uuid } from "../support/rows.ts";

const change = (before: string | null, after: string | null) => ({
  uuid: uuid(1),
  old: before === null ? null : chassisRow({ hostname: before }),
  new: after === null ? null : chassisRow({ hostname: after }),
});

test("a hostname that becomes another one, or goes with its row, is a former one", () => {
  const once = withFormer(new Map(), [change("node1.example.com", "node1")]);
  expect(once).toEqual(new Map([["hv1", new Set(["node1.example.com"])]]));
  const twice = withFormer(once, [change("node1", null)]);
  expect(twice.get("hv1")).toEqual(new Set(["node1.example.com", "node1"]));
});

test("nothing is remembered twice, nor where nothing became another one", () => {
  const once = withFormer(new Map(), [change("a", "b")]);
  expect(withFormer(once, [change("a", "c"), change(null, "a"), change("c", "c"), change("", "d")])).toBe(
    once,
  );
});

test("names that a row had one after the other in one message are all remembered", () => {
  const former = withFormer(new Map(), [change("a", "b"), change("b", "c")]);
  expect(former.get("hv1")).toEqual(new Set(["a", "b"]));
});

test("what two chassis were called before is remembered of both, be it told in one message", () => {
  const other = { ...change("x", "y"), old: chassisRow({ name: "hv2", hostname: "x" }) };
  expect(withFormer(new Map(), [change("a", "b"), other])).toEqual(
    new Map([
      ["hv1", new Set(["a"])],
      ["hv2", new Set(["x"])],
    ]),
  );
});

test("what is longer than the name of a host can be is not remembered, nor is anything of a chassis with such a name", () => {
  const named = (hostname: string, name: string) => ({
    ...change("a", "b"),
    old: chassisRow({ hostname, name }),
  });
  const [longest, longer] = ["h".repeat(255), "h".repeat(256)];
  const none: ReturnType<typeof withFormer> = new Map();
  expect(withFormer(none, [named(longest, longest)]).get(longest)).toEqual(new Set([longest]));
  expect(withFormer(none, [named(longer, "hv1")])).toBe(none);
  expect(withFormer(none, [named("host1", longer)])).toBe(none);
  expect(withFormer(none, [named(longer, "hv1"), named("host1", "hv1")]).get("hv1")).toEqual(
    new Set(["host1"]),
  );
});

test("a host that takes one name after the other is remembered by the latest of them", () => {
  let former: ReturnType<typeof withFormer> = new Map();
  for (let i = 0; i < 100; i++) former = withFormer(former, [change(`n${i}`, `n${i + 1}`)]);
  const names = [...(former.get("hv1") ?? [])];
  expect([names.length, names.at(0), names.at(-1)]).toEqual([64, "n36", "n99"]);
});

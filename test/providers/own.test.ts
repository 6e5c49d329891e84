// Providers that are not vifplugd's are looked at before they are believed.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { isHosted } from "../../src/providers/hosted.ts";
import { linkedModule, parseProvider } from "../../src/providers/own.ts";
import { plugAs } from "../support/providers.ts";

const prepare = plugAs();

describe("what is no provider is told what is missing:", () => {
  test.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /default export that is an object/],
    ["a function", prepare, /default export that is an object/],
    ["no type", { prepare }, /`type`/],
    ["an empty type", { type: "", prepare }, /`type`/],
    ["no prepare", { type: "acme" }, /`prepare`/],
    ["a call that is none", { type: "acme", prepare, finish: 1 }, /`finish`/],
    ["options that are no list", { type: "acme", prepare, maintainedOptions: "x" }, /`maintainedOptions`/],
    ["reads without a meaning", { type: "acme", prepare, reads: [{ name: "x" }] }, /`reads`/],
  ])("%s", (_, exported, words) => {
    const parsed = parseProvider(exported);
    expect(parsed.ok ? "" : parsed.error).toMatch(words);
  });
});

class Counting {
  readonly type = "counting";
  #asked = 0;
  readonly seen: unknown[] = [];

  init(_: unknown, options: unknown) {
    this.seen.push(options);
  }

  prepare() {
    return { ready: false, reason: `asked ${++this.#asked} times` } as const;
  }
}

describe("a provider that is linked", () => {
  test("is given the options of its entry, and may be an object with a life of its own", () => {
    const provider = new Counting();
    const entry = v.parse(linkedModule(provider).schema, { type: "counting", options: { nic: 1 } });
    const made = entry.create(() => "");
    if (isHosted(made)) throw new Error("it answers by itself");
    made.init?.({ wake() {}, log() {} }, {});
    const input = { operation: "create", lport: { name: "p", options: new Map() }, interface: null } as const;
    const around = { openVSwitch: { external_ids: new Map(), other_config: new Map() } };
    const bridge = { name: "br-int", datapath_type: "", other_config: new Map() };
    expect(made.prepare({ ...input, ...around, bridge })).toEqual({ ready: false, reason: "asked 1 times" });
    expect(provider.seen).toEqual([{ nic: 1 }]);
  });

  test("is what whoever built the executable is told of when it is none", () => {
    expect(() => linkedModule({ type: "acme" })).toThrow("linked into this executable: expected a function");
  });
});

// A provider type is one value: what its entry of the configuration may say, and what makes the provider from that.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { defineProvider, type ProviderModule } from "../../src/providers/module.ts";
import { recordedProvider } from "../support/providers.ts";

/** A type whose provider is made with a speed, and who was made with which. */
function withSpeed<const Schema extends v.GenericSchema>(type: string, schema: Schema) {
  const made: unknown[] = [];
  const module = defineProvider({
    type,
    summary: "",
    reads: [],
    keys: { speed: v.optional(schema) },
    create({ speed }) {
      made.push(speed);
      return recordedProvider(type).provider;
    },
  });
  return { module, made };
}

function entryIn({ schema }: ProviderModule, written: unknown) {
  const parsed = v.safeParse(schema, written);
  return parsed.success ? parsed.output : null;
}

describe("an entry of the configuration", () => {
  test("makes the provider from the keys of its own, as its schema left them", () => {
    const { module, made } = withSpeed("fast", v.pipe(v.string(), v.transform(Number)));
    const entry = entryIn(module, { type: "fast", match: ["a", "b"], speed: "40" });
    expect(entry).toMatchObject({ type: "fast", match: ["a", "b"], options: { speed: 40 } });
    expect(entry?.create(() => "").type).toBe("fast");
    expect(made).toEqual([40]);
  });

  test("of two types may have a key of one name, each with its own meaning", () => {
    const number = withSpeed("number", v.number()).module;
    const word = withSpeed("word", v.picklist(["slow", "fast"])).module;
    expect(entryIn(number, { type: "number", speed: 7 })?.options).toEqual({ speed: 7 });
    expect(entryIn(word, { type: "word", speed: "slow" })?.options).toEqual({ speed: "slow" });
    expect(entryIn(number, { type: "number", speed: "slow" })).toBeNull();
    expect(entryIn(word, { type: "word", speed: 7 })).toBeNull();
  });

  test("has the keys of its type only, and every type's", () => {
    const { module } = withSpeed("fast", v.number());
    expect(entryIn(module, { type: "fast", colour: "red" })).toBeNull();
    expect(entryIn(module, { type: "slow" })).toBeNull();
    expect(entryIn(module, { type: "fast", match: [] })).toBeNull();
  });
});

// What a provider of somebody else does to what it is given stays with it.
import { expect, test } from "bun:test";
import { withOptions } from "../../src/providers/own.ts";
import type { PrepareInput, Provider, WantedInterface } from "../../src/providers/provider.ts";

/** Empties and rewrites whatever it can reach. */
function wreck(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Map || value instanceof Set) {
    value.clear();
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    wreck(member);
    Reflect.set(value, name, "wrecked");
  }
}

const input = (): PrepareInput => ({
  operation: "create",
  openVSwitch: { external_ids: new Map([["a", "1"]]), other_config: new Map([["b", "2"]]) },
  bridge: { name: "br-int", datapath_type: "", other_config: new Map([["c", "3"]]) },
  lport: { name: "web1", options: new Map([["vif-plug-type", "acme"]]) },
  interface: { name: "eth0", type: "internal", options: new Map([["d", "4"]]) },
});
const output = (): WantedInterface => ({
  name: "eth0",
  type: "",
  options: { a: "1" },
  otherConfig: { b: "2" },
});

test("of a provider that rewrites everything that it is given nobody else sees anything", () => {
  const seen: string[] = [];
  const wrecker: Provider = {
    type: "acme",
    init(_, options) {
      seen.push("init");
      wreck(options);
    },
    prepare(given) {
      seen.push(`prepare ${given.lport.options.get("vif-plug-type")} ${given.interface?.options.get("d")}`);
      wreck(given);
      return { ready: false, reason: "wrecked" };
    },
    arrange: wreck,
    tidy(around) {
      seen.push(`tidy ${around.asked[0]?.lport.name} ${[...around.owned]}`);
      wreck(around);
      return true;
    },
    finish(given, answered) {
      seen.push(`finish ${answered?.options.a} ${answered?.otherConfig?.b}`);
      wreck([given, answered]);
    },
    release(given, answered) {
      seen.push(`release ${answered}`);
      wreck([given, answered]);
    },
  };
  const options = { nic: { port: 1 } };
  const [given, answered] = [input(), output()];
  const around = { asked: [input(), { ...input(), interface: null }], owned: new Set(["eth0"]) };
  const provider = withOptions(wrecker, options);
  provider.init?.({ wake() {}, log() {} }, {});
  provider.prepare(given);
  provider.prepare(given);
  provider.arrange?.(given);
  provider.tidy?.(around);
  provider.finish?.(given, answered);
  provider.release?.(given, null);
  expect(seen).toEqual([
    "init",
    "prepare acme 4",
    "prepare acme 4",
    "tidy web1 eth0",
    "finish 1 2",
    "release null",
  ]);
  expect(options).toEqual({ nic: { port: 1 } });
  expect(given).toEqual(input());
  expect(answered).toEqual(output());
  expect(around).toEqual({ asked: [input(), { ...input(), interface: null }], owned: new Set(["eth0"]) });
});

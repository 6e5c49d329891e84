// The OVSDB lock of a chassis: docs/rules.md, two daemons.
import { expect, test } from "bun:test";
import { lockName } from "../../src/plug/lock-name.ts";
import { checkProperty } from "../support/random.ts";

test.each([
  ["hv1", "vifplugd_hv1"],
  ["Node_1", "vifplugd_Node_1"],
  ["a_20b", "vifplugd_a_5f20b"],
  ["a_2 _", "vifplugd_a_2_20_"],
  ["host-1.example.org", "vifplugd_host_2d1_2eexample_2eorg"],
  ["a b/c", "vifplugd_a_20b_2fc"],
  ["ü", "vifplugd__c3_bc"],
  ["", "vifplugd_"],
])("of chassis %p is %p", (chassis, lock) => {
  expect(lockName(chassis)).toBe(lock);
});

/** The chassis that a lock is for: what `lockName` does, undone. */
function chassisOf(lock: string): string {
  return decodeURIComponent(lock.slice("vifplugd_".length).replaceAll(/_([0-9a-f]{2})/g, "%$1"));
}

test("tells one chassis from every other", () => {
  checkProperty<string>({
    cases: 2000,
    generate: (random) => random.list(random.int(8), () => random.pick([..."_25fa -"])).join(""),
    failure: (chassis) => (chassisOf(lockName(chassis)) === chassis ? undefined : lockName(chassis)),
    shrink: (chassis) => chassis,
    format: (chassis) => JSON.stringify(chassis),
  });
});

test("is an <id> of RFC 7047, whatever the chassis is named", () => {
  checkProperty<string>({
    cases: 500,
    generate: (random) => String.fromCodePoint(...random.list(random.int(8), () => random.int(0xd800))),
    failure: (chassis) =>
      /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(lockName(chassis)) ? undefined : lockName(chassis),
    shrink: (chassis) => chassis,
    format: (chassis) => JSON.stringify(chassis),
  });
});

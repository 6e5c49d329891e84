// The OVSDB lock of a chassis: docs/rules.md, two daemons.
import { expect, test } from "bun:test";
import { lockName } from "../../src/daemon/lock-name.ts";
import { checkProperty } from "../support/random.ts";

test.each([
  ["hv1", "vifplugd_hv1"],
  ["Node_1", "vifplugd_Node_1"],
  ["host-1.example.org", "vifplugd_host_2d1_2eexample_2eorg"],
  ["a b/c", "vifplugd_a_20b_2fc"],
  ["ü", "vifplugd__c3_bc"],
  ["", "vifplugd_"],
])("of chassis %p is %p", (chassis, lock) => {
  expect(lockName(chassis)).toBe(lock);
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

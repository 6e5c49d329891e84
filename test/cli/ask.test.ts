// Where a command looks for the daemon that it asks.
import { expect, test } from "bun:test";
import { placeToAsk } from "../../src/cli/ask.ts";
import { defaultConfig } from "../../src/config/load.ts";
import { parseConfig } from "../../src/config/parse.ts";

const FILE = "vifplugd.yaml";
const invalid = parseConfig("ovs: { brige: x }\nprovders: []\n", FILE);

test("is the run directory of a valid configuration", () => {
  const loaded = parseConfig("run_dir: /run/elsewhere\n", FILE);
  for (const isNamed of [true, false]) {
    expect(placeToAsk(loaded, isNamed)).toEqual({
      ok: true,
      value: { runDir: "/run/elsewhere", warning: null },
    });
  }
});

test("is the default one while the default file is not valid, and a warning of one line says so", () => {
  const place = placeToAsk(invalid, false);
  const { run_dir } = defaultConfig();
  expect(place).toMatchObject({ ok: true, value: { runDir: run_dir } });
  expect(place.ok && place.value.warning).toMatch(
    new RegExp(
      `^${FILE}:1:8: ovs\\.brige: .* \\(and 1 more: vifplugd check --config ${FILE}\\); the answer is of the daemon in ${run_dir}$`,
    ),
  );
});

test("is nowhere while a file that --config names is not valid: one line says why", () => {
  const place = placeToAsk(invalid, true);
  expect(place.ok || place.error).toMatch(
    new RegExp(`^${FILE}:1:8: ovs\\.brige: .* \\(and 1 more: vifplugd check --config ${FILE}\\)$`),
  );
});

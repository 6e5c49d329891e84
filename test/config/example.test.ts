/** The commented configuration that users start from. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { defaultConfig, loadConfig } from "../../src/config/load.ts";
import { parseConfig } from "../../src/config/parse.ts";

const file = join(import.meta.dir, "../../config/vifplugd.yaml");

test("the example is valid, and but for its provider it is the defaults", () => {
  const loaded = loadConfig(file);
  expect(loaded).toEqual({ ok: true, value: { ...defaultConfig(), providers: [{ type: "dummy" }] } });
});

test("the example stays valid with every key switched on", async () => {
  const text = await Bun.file(file).text();
  const on = text.replaceAll(/^#(?=[a-z]| {2})/gm, "").replace(/^# .*$/gm, "");
  const parsed = parseConfig(on, file);
  expect(parsed.ok ? [] : parsed.error).toEqual([]);
  if (parsed.ok)
    expect(Object.keys(parsed.value).sort()).toEqual(["chassis", ...Object.keys(defaultConfig())].sort());
});

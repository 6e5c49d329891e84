// The configuration as it takes effect: the file, and the host where that is silent.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plugSettings, readSystemIdOverride } from "../../src/config/effective.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";

function config(text = ""): Config {
  const parsed = parseConfig(text, "test");
  if (!parsed.ok) throw new Error(parsed.error[0]?.message);
  return parsed.value;
}

describe("the chassis name", () => {
  test("of the file beats system-id-override, which beats external_ids:system-id (null here)", () => {
    expect(plugSettings(config("chassis: file"), "override").chassis).toBe("file");
    expect(plugSettings(config(), "override").chassis).toBe("override");
    expect(plugSettings(config(), null).chassis).toBeNull();
  });
});

test("the plug section becomes settings", () => {
  const text =
    "ovs: { bridge: br0 }\nplug: { on_withdraw: keep, on_rename: report, additional_chassis: false }\n";
  expect(plugSettings(config(text), null)).toMatchObject({
    bridge: "br0",
    onWithdraw: "keep",
    onRename: "report",
    additionalChassis: false,
    southbound: { remote: null, probeIntervalMs: null, tls: {} },
  });
  expect(plugSettings(config(), null)).toMatchObject({
    bridge: null,
    onWithdraw: "unplug",
    onRename: "replug",
    additionalChassis: true,
  });
});

test("the southbound section becomes settings, with the files that are given and no other", () => {
  const text =
    "southbound: { remote: 'ssl:a:1', probe_interval_ms: 0, private_key: /k, certificate: /c, ca_cert: /ca }\n";
  expect(plugSettings(config(text), null).southbound).toEqual({
    remote: "ssl:a:1",
    probeIntervalMs: 0,
    tls: { privateKey: "/k", certificate: "/c", caCert: "/ca" },
  });
});

describe("system-id-override", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "vifplugd-override-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["hv1\n", "hv1"],
    ["  hv1  \nmore\n", "hv1"],
    ["", null],
    ["\n", null],
  ])("%j is %p", (text, name) => {
    const file = join(folder, "system-id-override");
    writeFileSync(file, text);
    expect(readSystemIdOverride(file)).toBe(name);
  });

  test("that is a pipe nobody writes to, a device without end or a folder holds up nothing", () => {
    const pipe = join(folder, "pipe");
    Bun.spawnSync(["mkfifo", pipe]);
    expect(readSystemIdOverride(pipe)).toBeNull();
    expect(readSystemIdOverride(folder)).toBeNull();
    expect(readSystemIdOverride("/dev/zero")?.length ?? 0).toBeLessThanOrEqual(4096);
  });

  test("that is not there says nothing", () => {
    expect(readSystemIdOverride(join(folder, "absent"))).toBeNull();
  });
});

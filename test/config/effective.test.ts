// The configuration as it takes effect: the file, the host, the Open_vSwitch row, each where the one before is silent.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plugSettings, readSystemIdOverride, southboundTarget } from "../../src/config/effective.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import type { SslRow } from "../../src/plug/rows.ts";
import { map, uuid } from "../support/rows.ts";

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
  });
  expect(plugSettings(config(), null)).toMatchObject({
    bridge: null,
    onWithdraw: "unplug",
    onRename: "replug",
    additionalChassis: true,
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

  test("that is not there says nothing", () => {
    expect(readSystemIdOverride(join(folder, "absent"))).toBeNull();
  });
});

describe("the Southbound", () => {
  const target = (text: string, ids: Readonly<Record<string, string>>, ssl: SslRow | null = null) =>
    southboundTarget(config(text), map(ids), "hv1", ssl);

  test("is reached with the configuration's TLS files, else with those of the SSL table", () => {
    const ssl = {
      _uuid: uuid(1),
      private_key: "/t/key",
      certificate: "/t/cert",
      ca_cert: "/t/ca",
      bootstrap_ca_cert: true,
    };
    const ids = { "ovn-remote": "ssl:a:1" };
    expect(target("", ids, ssl)).toMatchObject({
      value: {
        tls: { privateKey: "/t/key", certificate: "/t/cert", caCert: "/t/ca", bootstrapCaCert: true },
      },
    });
    const own = target("southbound: { private_key: /k, certificate: /c, ca_cert: /a }", ids, ssl);
    expect(own).toMatchObject({ value: { tls: { privateKey: "/k", certificate: "/c", caCert: "/a" } } });
  });

  test("is where the file says, else ovn-remote of this chassis, else ovn-remote, else unknown", () => {
    const ids = { "ovn-remote": "tcp:a:1", "ovn-remote-hv1": "tcp:b:1" };
    expect(target("southbound: { remote: 'tcp:c:1' }", ids)).toMatchObject({ value: { remotes: "tcp:c:1" } });
    expect(target("", ids)).toMatchObject({ value: { remotes: "tcp:b:1" } });
    expect(target("", { "ovn-remote": "tcp:a:1" })).toMatchObject({ value: { remotes: "tcp:a:1" } });
    expect(target("", {})).toBeNull();
  });

  test.each(["ovn-remote", "ovn-remote-hv1"])(
    "that %s spells wrongly is an error that names that key",
    (key) => {
      expect(target("", { "ovn-remote": "tcp:a:1", [key]: "nonsense" })).toMatchObject({
        ok: false,
        error: expect.stringMatching(new RegExp(`^external_ids:${key}: nonsense: `)),
      });
    },
  );

  test.each([
    ["southbound.remote", "southbound: { remote: 'ssl:a:1' }", {}],
    ["external_ids:ovn-remote", "", { "ovn-remote": "ssl:a:1" }],
  ])(
    "that nothing can be verified with is an error that says where to name the CA: %s",
    (from, text, ids) => {
      expect(target(text, ids)).toMatchObject({
        ok: false,
        error: expect.stringMatching(
          new RegExp(`^${from}: ssl:a:1: .*set southbound.ca_cert, or ovs-vsctl set-ssl `),
        ),
      });
    },
  );

  test.each<[string, string, Readonly<Record<string, string>>, number | undefined]>([
    ["of the file", "southbound: { probe_interval_ms: 0 }", { "ovn-remote-probe-interval": "7000" }, 0],
    [
      "of this chassis",
      "",
      { "ovn-remote-probe-interval": "7000", "ovn-remote-probe-interval-hv1": "8000" },
      8000,
    ],
    ["of the Open_vSwitch row", "", { "ovn-remote-probe-interval": "7000" }, 7000],
    ["that is off", "", { "ovn-remote-probe-interval": "0" }, 0],
    ["that is too short", "", { "ovn-remote-probe-interval": "1" }, 1000],
    ["that is no number", "", { "ovn-remote-probe-interval": "often" }, undefined],
    ["that is negative", "", { "ovn-remote-probe-interval": "-1" }, undefined],
    ["that nobody gives", "", {}, undefined],
  ])("is probed at the interval %s", (_, text, ids, probeIntervalMs) => {
    expect(target(text, { "ovn-remote": "tcp:a:1", ...ids })).toMatchObject({ value: { probeIntervalMs } });
  });

  test("on a unix socket is not probed on the Open_vSwitch row's account", () => {
    const ids = { "ovn-remote": "unix:/sb.sock", "ovn-remote-probe-interval": "7000" };
    expect(target("", ids)).toMatchObject({ value: { probeIntervalMs: undefined } });
    expect(target("southbound: { probe_interval_ms: 9000 }", ids)).toMatchObject({
      value: { probeIntervalMs: 9000 },
    });
  });

  test("is reached with the files that are given, and no other", () => {
    const remote = { "ovn-remote": "ssl:a:1" };
    expect(target("southbound: { private_key: /k, certificate: /c, ca_cert: /ca }", remote)).toMatchObject({
      value: { tls: { privateKey: "/k", certificate: "/c", caCert: "/ca" } },
    });
    const without = target("", { "ovn-remote": "tcp:a:1" });
    expect(without?.ok && without.value.tls).toEqual({});
  });
});

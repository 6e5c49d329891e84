// Where the Southbound is: what the configuration says, and the Open_vSwitch row and its SSL table where that is silent.
import { describe, expect, test } from "bun:test";
import type { TlsFiles } from "ovsdb-jsonrpc";
import type { SslRow } from "../../src/plug/rows.ts";
import type { SouthboundSettings } from "../../src/plug/settings.ts";
import { faultOf, southboundTarget } from "../../src/plug/southbound-target.ts";
import { map, uuid } from "../support/rows.ts";

const silent: SouthboundSettings = { remote: null, probeIntervalMs: null, tls: {} };

describe("the Southbound", () => {
  const target = (
    configured: Partial<SouthboundSettings>,
    ids: Readonly<Record<string, string>>,
    ssl: SslRow | null = null,
  ) => southboundTarget({ ...silent, ...configured }, map(ids), "hv1", ssl);

  test("is reached with the configuration's TLS files, else with those of the SSL table", () => {
    const ssl = {
      _uuid: uuid(1),
      private_key: "/t/key",
      certificate: "/t/cert",
      ca_cert: "/t/ca",
      bootstrap_ca_cert: true,
    };
    const ids = { "ovn-remote": "ssl:a:1" };
    expect(target({}, ids, ssl)).toMatchObject({
      tls: { privateKey: "/t/key", certificate: "/t/cert", caCert: "/t/ca", bootstrapCaCert: true },
    });
    const tls = { privateKey: "/k", certificate: "/c", caCert: "/a" };
    const tlsOf = (configured: TlsFiles, row: SslRow | null) => {
      const found = target({ tls: configured }, ids, row);
      return found.kind === "named" ? found.tls : found;
    };
    expect(tlsOf(tls, ssl)).toEqual(tls);
    // Each file has its own default.
    expect(tlsOf({ privateKey: "/k", certificate: "/c" }, ssl)).toEqual({
      ...{ privateKey: "/k", certificate: "/c", caCert: "/t/ca", bootstrapCaCert: true },
    });
    expect(tlsOf({ caCert: "/a" }, ssl)).toEqual({
      ...{ privateKey: "/t/key", certificate: "/t/cert", caCert: "/a" },
    });
    expect(tlsOf({ caCert: "/a" }, null)).toEqual({ caCert: "/a" });
  });

  test("is where the file says, else ovn-remote of this chassis, else ovn-remote, else unknown", () => {
    const ids = { "ovn-remote": "tcp:a:1", "ovn-remote-hv1": "tcp:b:1" };
    expect(target({ remote: "tcp:c:1" }, ids)).toMatchObject({ remotes: "tcp:c:1" });
    expect(target({}, ids)).toMatchObject({ remotes: "tcp:b:1" });
    expect(target({}, { "ovn-remote": "tcp:a:1" })).toMatchObject({ remotes: "tcp:a:1" });
    expect(target({}, {})).toEqual({ kind: "unnamed" });
  });

  test.each(["ovn-remote", "ovn-remote-hv1"])(
    "that %s spells wrongly is an error that names that key",
    (key) => {
      expect(target({}, { "ovn-remote": "tcp:a:1", [key]: "nonsense" })).toMatchObject({
        kind: "unusable",
        reason: expect.stringMatching(new RegExp(`^external_ids:${key}: nonsense: `)),
      });
    },
  );

  test.each([
    ["southbound.remote", { remote: "ssl:a:1" }, {}],
    ["external_ids:ovn-remote", {}, { "ovn-remote": "ssl:a:1" }],
  ])(
    "that nothing can be verified with is an error that says where to name the CA: %s",
    (from, configured, ids) => {
      expect(target(configured, ids)).toMatchObject({
        kind: "unusable",
        reason: expect.stringMatching(
          new RegExp(`^${from}: ssl:a:1: .*set southbound.ca_cert, or ovs-vsctl set-ssl `),
        ),
      });
    },
  );

  test.each<[string, Partial<SouthboundSettings>, Readonly<Record<string, string>>, number | undefined]>([
    ["of the file", { probeIntervalMs: 0 }, { "ovn-remote-probe-interval": "7000" }, 0],
    [
      "of this chassis",
      {},
      { "ovn-remote-probe-interval": "7000", "ovn-remote-probe-interval-hv1": "8000" },
      8000,
    ],
    ["of the Open_vSwitch row", {}, { "ovn-remote-probe-interval": "7000" }, 7000],
    ["that is off", {}, { "ovn-remote-probe-interval": "0" }, 0],
    ["that is too short", {}, { "ovn-remote-probe-interval": "1" }, 1000],
    ["that is no number", {}, { "ovn-remote-probe-interval": "often" }, undefined],
    ["that is negative", {}, { "ovn-remote-probe-interval": "-1" }, undefined],
    ["that nobody gives", {}, {}, undefined],
  ])("is probed at the interval %s", (_, configured, ids, probeIntervalMs) => {
    expect(target(configured, { "ovn-remote": "tcp:a:1", ...ids })).toMatchObject({ probeIntervalMs });
  });

  test("on a unix socket is not probed on the Open_vSwitch row's account", () => {
    const ids = { "ovn-remote": "unix:/sb.sock", "ovn-remote-probe-interval": "7000" };
    expect(target({}, ids)).toMatchObject({ probeIntervalMs: undefined });
    expect(target({ probeIntervalMs: 9000 }, ids)).toMatchObject({
      probeIntervalMs: 9000,
    });
  });

  test("is reached with no files where none is given, also as long as one of its members needs none", () => {
    expect(target({}, { "ovn-remote": "ssl:a:1,tcp:b:1" })).toMatchObject({ kind: "named", tls: {} });
    expect(target({}, { "ovn-remote": "tcp:a:1" })).toMatchObject({ tls: {} });
  });
});

describe("what is wrong with where it is said to be", () => {
  const named = { kind: "named", remotes: "tcp:a:1", probeIntervalMs: undefined, tls: {} } as const;

  test("is nothing while it can be tried, or nothing is known yet", () => {
    expect([faultOf(named), faultOf({ kind: "unknown" })]).toEqual([null, null]);
  });

  test("is a sentence that says what to do", () => {
    expect(faultOf({ kind: "unnamed" })).toStartWith("no Southbound remote: set southbound.remote, or ");
    expect(faultOf({ kind: "unusable", reason: "no" })).toBe("no");
  });
});

// Where the Southbound is, as it follows from the configuration and the local database (southbound-target.ts decides).
import { expect, test } from "bun:test";
import { unknownChassis } from "../../../src/plug/nodes/local-chassis-node.ts";
import { findSouthbound, unknownTarget } from "../../../src/plug/nodes/southbound-address.ts";
import type { SslRow } from "../../../src/plug/rows.ts";
import type { SouthboundTarget } from "../../../src/plug/southbound-target.ts";
import { settings } from "../../support/plug-bench.ts";
import { map, openVSwitchRow, uuid } from "../../support/rows.ts";
import { holding } from "../support/by-hand.ts";

interface Known {
  readonly ids?: Readonly<Record<string, string>>;
  readonly chassis?: string;
  readonly ssl?: SslRow;
}

function found({ ids, chassis, ssl }: Known, before: SouthboundTarget = unknownTarget) {
  const data = { current: before };
  const openVSwitch = ids === undefined ? null : openVSwitchRow({ external_ids: map(ids) });
  const identity = chassis === undefined ? null : { name: chassis, record: null };
  const { kind } = findSouthbound({
    inputs: {
      settings: holding(settings),
      localChassis: holding({ ...unknownChassis, openVSwitch, chassis: identity }),
      ssl: { data: new Map(ssl === undefined ? [] : [[ssl._uuid, ssl]]) },
    },
    data,
  });
  return { kind, target: data.current };
}

const ids = { "ovn-remote": "unix:/a", "ovn-remote-hv1": "unix:/b" };

test("nobody knows where it is before the Open_vSwitch row is there", () => {
  expect(found({})).toEqual({ kind: "unchanged", target: unknownTarget });
  const named = found({ ids }).target;
  expect(found({}, named)).toEqual({ kind: "updated", target: unknownTarget });
});

test("it is where that row says, for this chassis or for all", () => {
  expect(found({ ids })).toMatchObject({ kind: "updated", target: { kind: "named", remotes: "unix:/a" } });
  expect(found({ ids, chassis: "hv1" }).target).toMatchObject({ remotes: "unix:/b" });
  expect(found({ ids, chassis: "hv2" }).target).toMatchObject({ remotes: "unix:/a" });
  expect(found({ ids: {} })).toEqual({ kind: "updated", target: { kind: "unnamed" } });
});

test("it is reached with the files of the SSL table, where there is one", () => {
  const files = { private_key: "k", certificate: "c", ca_cert: "ca", bootstrap_ca_cert: false };
  const ssl = { _uuid: uuid(1), ...files };
  expect(found({ ids, ssl }).target).toMatchObject({
    tls: { privateKey: "k", certificate: "c", caCert: "ca" },
  });
});

test("the target is the very object that it was while it says the same", () => {
  const before = found({ ids }).target;
  const { kind, target } = found({ ids }, before);
  expect([kind, target === before]).toEqual(["unchanged", true]);
});

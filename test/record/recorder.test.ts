// The record of a run, as a file.
import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { PlugBench, settings } from "../support/plug-bench.ts";
import { PlugDaemon, settle } from "../support/plug-daemon.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import { map, openVSwitchRow, uuid, wantedRow } from "../support/rows.ts";
import { Folder, linesOf, recordTo, replayed } from "./support/recording.ts";

test("is readable for its owner alone", () => {
  using folder = new Folder();
  const file = folder.file("record");
  recordTo(file).close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("holds which providers could not start, and why", async () => {
  using folder = new Folder();
  const file = folder.file("record");
  const recorder = recordTo(file, settings);
  const registry = registryOf();
  const init = () => {
    throw new Error("no such bus");
  };
  registry.register(recordedProvider("dummy", { init }).provider);
  const daemon = new PlugDaemon(registry, recorder);
  await daemon.start();
  daemon.bind(wantedRow());
  await settle();
  await daemon.reconciler.stop();
  recorder.close();
  const { reason = null } = daemon.reconciler.statuses.get("lsp1") ?? {};
  expect(reason).toContain("no such bus");
  const decided = replayed(linesOf(readFileSync(file, "utf8"))).map((line) => JSON.parse(line));
  expect(decided.at(-1)).toMatchObject({ lport: "lsp1", state: "no-provider", reason });
});

test("holds no secret, neither of a database nor of a provider's answer", () => {
  using folder = new Folder();
  const file = folder.file("record");
  const recorder = recordTo(file);
  const { provider } = recordedProvider("dummy", {
    prepare: plugAs((lport) => lport, {
      options: { psk: "of the answer" },
      otherConfig: { password: "of the tunnel" },
    }),
  });
  const registry = registryOf(provider);
  const observed = recorder.observe(registry);
  const external_ids = map({ "ovn-bridge": "br-int", "ipsec-secret": "of the host" });
  recorder.pushRows(
    "open_vswitch",
    [{ uuid: uuid(1), old: null, new: openVSwitchRow({ external_ids }) }],
    "update",
  );
  const options = map({ "vif-plug-type": "dummy", "vif-plug:token": "of the port" });
  recorder.pushRows("port_binding", [{ uuid: uuid(2), old: null, new: wantedRow({}, {}) }], "update");
  recorder.pushRows(
    "port_binding",
    [{ uuid: uuid(2), old: null, new: { ...wantedRow(), options } }],
    "update",
  );
  const bench = PlugBench.started(registry);
  observed.forPlugType("dummy")?.prepare({
    operation: "create",
    openVSwitch: openVSwitchRow(),
    bridge: { name: "br-int", datapath_type: "", other_config: map() },
    lport: { name: "a", options },
    interface: null,
  });
  recorder.ran(0, registry);
  recorder.close();
  const text = readFileSync(file, "utf8");
  for (const secret of ["of the host", "of the port", "of the answer", "of the tunnel"])
    expect(text).not.toContain(secret);
  for (const key of ["ipsec-secret", "vif-plug:token", "psk", "password", "br-int"])
    expect(text).toContain(key);
  expect(bench.statuses.size).toBe(0);
});

test("notes a forced recompute in the run that follows, and in no other", () => {
  using folder = new Folder();
  const file = folder.file("record");
  const recorder = recordTo(file);
  const registry = registryOf();
  recorder.recompute("inc-engine/recompute");
  for (let run = 0; run < 2; run++) recorder.ran(0, registry);
  recorder.close();
  const runs = linesOf(readFileSync(file, "utf8"))
    .slice(1)
    .map((line) => JSON.parse(line).recompute);
  expect(runs).toEqual(["inc-engine/recompute", undefined]);
});

// The record of a run, as a file.
import { expect, test } from "bun:test";
import { closeSync, constants, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { beginRecord, Recorder } from "../../src/record/recorder.ts";
import { initialSettings } from "../plug/support/world.ts";
import { PlugBench, settings } from "../support/plug-bench.ts";
import { PlugDaemon, settle } from "../support/plug-daemon.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import { map, openVSwitchRow, uuid, wantedRow } from "../support/rows.ts";
import { Folder, linesOf, replayed } from "./support/recording.ts";

const silent = () => {};

test("is readable for its owner alone", () => {
  using folder = new Folder();
  const file = folder.file("record");
  new Recorder(file, initialSettings, silent).close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("holds which providers could not start, and why", async () => {
  using folder = new Folder();
  const file = folder.file("record");
  const recorder = new Recorder(file, settings, silent);
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
  const recorder = new Recorder(file, initialSettings, silent);
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
  const recorder = new Recorder(file, initialSettings, silent);
  const registry = registryOf();
  recorder.recompute("inc-engine/recompute");
  for (let run = 0; run < 2; run++) recorder.ran(0, registry);
  recorder.close();
  const runs = linesOf(readFileSync(file, "utf8"))
    .slice(1)
    .map((line) => JSON.parse(line).recompute);
  expect(runs).toEqual(["inc-engine/recompute", undefined]);
});

test.each([
  ["/nowhere/record", "cannot write /nowhere/record: ENOENT: no such file or directory"],
  ["/dev/full", "cannot write /dev/full: ENOSPC: no space left on device"],
])("that cannot be begun is an error at once: %s", (file, error) => {
  expect(beginRecord({ file, settings: initialSettings, onFault: silent })).toEqual({ ok: false, error });
});

test("leaves the records that are there already alone, each under a number of its own", () => {
  using folder = new Folder();
  const file = folder.file("record");
  const kept: string[] = [];
  const begin = () => {
    const begun = beginRecord({
      file,
      settings: initialSettings,
      onFault: silent,
      onKept: (path) => kept.push(path),
    });
    if (begun.ok) begun.value.close();
  };
  for (const content of ["", "first", "second"]) {
    writeFileSync(file, content);
    begin();
  }
  expect(kept).toEqual([`${file}.1`, `${file}.2`]);
  expect(kept.map((path) => readFileSync(path, "utf8"))).toEqual(["first", "second"]);
  expect(readdirSync(folder.path).sort()).toEqual(["record", "record.1", "record.2"]);
  expect(readFileSync(file, "utf8")).toStartWith('{"record":');
});

test("that cannot be gone on with ends there, says so once, and the daemon goes on", () => {
  using folder = new Folder();
  const file = folder.file("pipe");
  Bun.spawnSync(["mkfifo", file]);
  const reader = openSync(file, constants.O_RDWR);
  const faults: string[] = [];
  const recorder = new Recorder(file, initialSettings, (message) => faults.push(message));
  const registry = registryOf();
  recorder.ran(0, registry);
  closeSync(reader);
  for (let run = 0; run < 3; run++) {
    recorder.push("local_session", { synced: true, lock: { kind: "none" } }, "update");
    recorder.ran(0, registry);
  }
  recorder.close();
  expect(faults).toEqual([expect.stringMatching(/^the record ends before run 2: .*EPIPE/)]);
});

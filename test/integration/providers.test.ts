/** The order of the provider calls (docs/providers.md), on a real chassis, with the example provider of docs/. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hypervisor } from "./support/hypervisor.ts";
import { PinnedHypervisor } from "./support/pins.ts";

let host: PinnedHypervisor;
let hv: Hypervisor;
beforeAll(async () => {
  host = await PinnedHypervisor.start({}, { order: "order0" });
  hv = host.hv;
});
afterAll(async () => {
  await hv.stop();
});

const pinned = { "vif-plug-type": "pinned" };
const clamped = { "vif-plug-type": "clamped" };

test("a port that is plugged: prepare, the commit, finish, release", async () => {
  await hv.addLport("order", pinned);
  await hv.interface("order0");
  await hv.settle();
  expect(host.calls("order")).toEqual([
    "pinned: prepare create order ready",
    "pinned: finish create order order0",
    "pinned: release create order order0",
  ]);
});

test("a port that is unplugged: prepare, the commit, finish without output, and no release", async () => {
  await host.pin("pinned", { away: "away0" });
  await hv.addLport("away", pinned);
  await hv.interface("away0");
  await host.pin("pinned", {});
  await host.daemon.waitLog(/ away: waiting: not pinned/);
  await hv.setLport("away", { "requested-chassis": "hv2" });
  await hv.gone("away0");
  await hv.settle();
  expect(host.calls("away").filter((call) => call.includes(" remove "))).toEqual([
    "pinned: prepare remove away ready",
    "pinned: finish remove away none",
  ]);
});

describe("P1: a provider that is not ready", () => {
  test("is released, nothing is written, and its words are shown; its own event brings the next try", async () => {
    await host.pin("pinned", {});
    await hv.addLport("waits", pinned);
    await host.daemon.waitLog(/ waits: waiting: not pinned: add a line "waits INTERFACE"/);
    expect(host.calls("waits").slice(0, 2)).toEqual([
      "pinned: prepare create waits not-ready",
      "pinned: release create waits none",
    ]);
    expect(await host.explain("waits")).toContain('not pinned: add a line "waits INTERFACE"');
    expect(await hv.interfacesOf("waits")).toEqual([]);
    await host.pin("pinned", { waits: "waits0" });
    await hv.interface("waits0");
    await hv.settle();
    expect(await host.explain("waits")).toMatch(/last change +\S+ by .*(iface|port_binding)/);
  });
});

describe("U1: a provider that refuses to let an interface go", () => {
  test("is asked again when it reports a change, and until then the interface stays", async () => {
    await host.pin("pinned", { refused: "refused0" });
    await hv.addLport("refused", pinned);
    const before = await hv.interface("refused0");
    await hv.deleteLport("refused");
    await host.daemon.waitLog(/ refused: waiting: still pinned to refused0: remove its line/);
    await hv.settle();
    expect((await hv.interface("refused0"))._uuid).toBe(before._uuid);
    await host.pin("pinned", {});
    await hv.gone("refused0");
    await hv.settle();
    expect(host.calls("refused")).toContainEqual(expect.stringContaining("prepare remove"));
    expect(host.calls("refused").filter((call) => call.includes("release remove"))).toEqual([]);
    expect(host.calls("refused").at(-1)).toBe("pinned: finish remove refused none");
  });
});

describe("P4: the provider or its interface name changes", () => {
  test("another plug type of the same name: changed in place, with both providers' calls", async () => {
    await host.pin("pinned", { both: "both0" });
    await host.pin("clamped", { both: "both0" });
    await hv.addLport("both", pinned);
    const before = await hv.interface("both0");
    await hv.setLport("both", clamped);
    await host.daemon.waitLog(/ both: waiting: still pinned/);
    expect((await hv.interface("both0")).external_ids.get("ovn-plugged")).toBe("pinned");
    const first = host.calls("both").length;
    await host.pin("pinned", {});
    const after = await hv.interface("both0", (row) => row.external_ids.get("ovn-plugged") === "clamped");
    expect(after._uuid).toBe(before._uuid);
    await hv.settle();
    const calls = host.calls("both").slice(first);
    expect(calls).toContain("pinned: prepare remove both ready");
    expect(calls.filter((call) => call.includes("finish")).sort()).toEqual([
      "clamped: finish create both both0",
      "pinned: finish remove both none",
    ]);
    expect(calls.at(-1)).toMatch(/release create both both0|finish remove both none/);
  });

  test("another name: the old port goes and the new one comes, in one transaction", async () => {
    await host.pin("pinned", { renamed: "renamed0" });
    await hv.addLport("renamed", pinned);
    await hv.interface("renamed0");
    await hv.setLport("renamed", clamped);
    await host.pin("clamped", { renamed: "renamed1" });
    await host.pin("pinned", {});
    await hv.interface("renamed1");
    await hv.gone("renamed0");
    const writes = (await hv.writes()).filter(
      (line) => line.includes('"renamed0"') && line.includes('"renamed1"'),
    );
    expect(writes).toHaveLength(1);
    await hv.settle();
    expect((await hv.interfacesOf("renamed")).map((row) => row.name)).toEqual(["renamed1"]);
    expect(host.calls("renamed")).toContain("pinned: finish remove renamed none");
  });
});

test("P4: with plug.on_rename: report another name changes nothing, and the port is incompatible", async () => {
  await using other = await PinnedHypervisor.start({ plug: { on_rename: "report" } });
  await other.pin("pinned", { kept: "kept0" });
  await other.hv.addLport("kept", pinned);
  const before = await other.hv.interface("kept0");
  await other.pin("pinned", {});
  await other.pin("clamped", { kept: "kept1" });
  await other.hv.setLport("kept", clamped);
  await other.daemon.waitLog(/ warn plug: kept: incompatible: plugged as kept0, .* names kept1: recreate/);
  await other.hv.settle();
  expect((await other.hv.interfacesOf("kept")).map((row) => row._uuid)).toEqual([before._uuid]);
});

test("P6: an interface is adopted with the leaving provider's remove calls, and only when it agrees", async () => {
  await host.pin("pinned", { leaver: "handed0" });
  await host.pin("clamped", { taker: "handed0" });
  await hv.addLport("leaver", pinned);
  const before = await hv.interface("handed0");
  await hv.addLport("taker", clamped);
  await host.daemon.waitLog(/ warn plug: taker: conflict: .* leaver$/);
  await hv.setLport("leaver", { "requested-chassis": "hv2" });
  await host.daemon.waitLog(/ leaver: waiting: still pinned to handed0/);
  await host.pin("pinned", {});
  const after = await hv.interface("handed0", (row) => row.external_ids.get("iface-id") === "taker");
  expect(after._uuid).toBe(before._uuid);
  expect(after.external_ids.get("ovn-plugged")).toBe("clamped");
  await hv.settle();
  expect(host.calls("leaver").slice(-2)).toEqual([
    "pinned: prepare remove leaver ready",
    "pinned: finish remove leaver none",
  ]);
  const taker = host.calls("taker");
  const finished = taker.indexOf("clamped: finish create taker handed0");
  expect(finished).toBeGreaterThan(0);
  expect(taker[finished + 1]).toBe("clamped: release create taker handed0");
});

test("init comes before any other call, and destroy at the end, for each of them", async () => {
  await using other = await PinnedHypervisor.start();
  await other.pin("pinned", { last: "last0" });
  await other.hv.addLport("last", pinned);
  await other.hv.interface("last0");
  expect(await other.daemon.stop()).toEqual({ code: 0, signal: null });
  for (const type of ["pinned", "clamped"]) {
    const calls = other.daemon.lines.filter((line) => line.startsWith(`call ${type}: `));
    expect(calls.at(0)).toBe(`call ${type}: init`);
    expect(calls.at(-1)).toBe(`call ${type}: destroy`);
  }
});

// When a provider may act before a commit: asked for, for what is in place, and never by a daemon that may not write.
import { describe, expect, test } from "bun:test";
import type { PrepareAnswer, PrepareInput } from "../../../src/providers/provider.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { type Behaviour, type Calls, plugAs, recordedProvider, registryOf } from "../../support/providers.ts";
import { map, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";

/** A daemon whose provider notes what it is to arrange; `change` is a change of its tables. */
function daemonWith(prepare: (input: PrepareInput) => PrepareAnswer = plugAs()) {
  const calls: Calls = [];
  let changed = false;
  const behaviour: Behaviour = {
    prepare,
    arrange: ({ lport, interface: current }) =>
      calls.push(`arrange ${lport.name} ${current?.name ?? "none"}`),
    run: () => {
      const answer = changed;
      changed = false;
      return answer;
    },
  };
  const daemon = new PlugDaemon(registryOf(recordedProvider("dummy", behaviour, calls).provider));
  const change = async () => {
    changed = true;
    daemon.reconciler.schedule();
    await settle();
  };
  return { daemon, calls, change, arranged: () => calls.filter((call) => call.startsWith("arrange")) };
}

function binding(lport: string) {
  return wantedRow({}, { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)) });
}

function inPlace(lport: string) {
  return pluggedRow(lport, { _uuid: uuid(0x9000 + lport.charCodeAt(0)), options: map() });
}

const wantsArranging = (): PrepareAnswer => ({ ready: false, reason: "it is to be made", arrange: true });

describe("what is in place is arranged", () => {
  test("once when everything is known, and again when the provider's tables have changed", async () => {
    const { daemon, arranged, change } = daemonWith();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await daemon.start();
    expect(arranged()).toEqual(["arrange a a"]);
    daemon.bind(binding("b"));
    await settle();
    expect(arranged()).toEqual(["arrange a a"]);
    await change();
    expect(arranged()).toEqual(["arrange a a", "arrange a a"]);
  });

  test("by finish alone when it has just been plugged", async () => {
    const { daemon, arranged, change } = daemonWith();
    await daemon.start();
    daemon.bind(binding("a"));
    await settle();
    daemon.setInterface(inPlace("a"));
    daemon.next().reply({ ok: true });
    await settle();
    expect(arranged()).toEqual([]);
    await change();
    expect(arranged()).toEqual(["arrange a a"]);
  });

  test("anew by a daemon that may write again", async () => {
    const { daemon, arranged } = daemonWith();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await daemon.start();
    daemon.lock = null;
    daemon.reconciler.schedule();
    await settle();
    daemon.lock = "vifplugd_hv1";
    daemon.reconciler.schedule();
    await settle();
    expect(arranged()).toEqual(["arrange a a", "arrange a a"]);
  });
});

describe("what a provider asks to arrange", () => {
  test("is arranged once for each answer that asks for it", async () => {
    const { daemon, calls, change } = daemonWith(wantsArranging);
    await daemon.start();
    daemon.bind(binding("a"));
    await settle();
    expect(calls).toEqual(["prepare a create", "release a none", "arrange a none"]);
    daemon.reconciler.schedule();
    await settle();
    expect(calls.length).toBe(3);
    await change();
    expect(calls.slice(3)).toEqual(["prepare a create", "release a none", "arrange a none"]);
  });

  test("is not arranged for a removal", async () => {
    const { daemon, calls } = daemonWith(wantsArranging);
    await daemon.start();
    daemon.setInterface(inPlace("a"));
    daemon.bind(wantedRow({ "requested-chassis": "hv2" }, { logical_port: "a", requested_chassis: null }));
    await settle();
    expect(calls).toEqual(["prepare a remove"]);
    expect(daemon.reconciler.statuses.get("a")?.reason).toMatch(/gave `arrange` for a removal/);
  });
});

test("a daemon that may not write arranges nothing", async () => {
  const { daemon, arranged, change } = daemonWith(wantsArranging);
  daemon.lock = null;
  daemon.setInterface(inPlace("a"));
  daemon.bind(binding("a"));
  daemon.bind(binding("b"));
  await daemon.start();
  await change();
  expect(arranged()).toEqual([]);
});

test("verify and a forced recompute ask again and arrange nothing", async () => {
  const { daemon, arranged } = daemonWith(wantsArranging);
  await daemon.start();
  daemon.bind(binding("a"));
  await settle();
  expect(arranged().length).toBe(1);
  expect(daemon.reconciler.verify(daemon.source).differences).toEqual([]);
  await settle();
  expect(arranged().length).toBe(1);
});

// When a provider may act before a commit: asked for, for what is in place, and never by a daemon that may not write.
import { describe, expect, test } from "bun:test";
import type { PrepareAnswer, PrepareInput } from "../../../src/providers/provider.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import {
  type Behaviour,
  type Calls,
  notReady,
  plugAs,
  recordedProvider,
  registryOf,
} from "../../support/providers.ts";
import { map, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";
import { transactError } from "../../support/works.ts";

/** A daemon whose provider notes what it is to arrange; `change` is a change of its tables. */
function daemonWith(
  prepare: (input: PrepareInput) => PrepareAnswer = plugAs(),
  tidy: Behaviour["tidy"] = undefined,
) {
  const calls: Calls = [];
  let changed = false;
  const behaviour: Behaviour = {
    prepare,
    ...(tidy === undefined ? {} : { tidy }),
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

function binding(lport: string, options = {}) {
  return wantedRow(options, { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)) });
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

  test("when everything is known, and not before", async () => {
    const { daemon, arranged } = daemonWith();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await daemon.startLocal();
    expect(arranged()).toEqual([]);
    await daemon.sync();
    expect(arranged()).toEqual(["arrange a a"]);
  });

  test("also while the Southbound is away, once everything was known", async () => {
    const { daemon, arranged, change } = daemonWith();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await daemon.start();
    const { southbound } = daemon.reconciler.graph.inputs;
    daemon.reconciler.push(southbound, { synced: false, acknowledged: null }, "disconnected");
    await settle();
    await change();
    expect(arranged()).toEqual(["arrange a a", "arrange a a"]);
  });

  test("not again because its port asks for something else", async () => {
    const { daemon, calls, arranged } = daemonWith();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await daemon.start();
    calls.length = 0;
    daemon.bind(binding("a", { x: "1" }));
    await settle();
    expect([calls.includes("prepare a create"), arranged()]).toEqual([true, []]);
  });

  test("anew when others plugged it while its change was on its way and then refused", async () => {
    const { daemon, arranged } = daemonWith();
    await daemon.start();
    daemon.bind(binding("a"));
    await settle();
    daemon.setInterface(inPlace("a"));
    daemon.next().reply({ ok: false, error: transactError("constraint violation") });
    await settle();
    expect(arranged()).toEqual(["arrange a a"]);
  });

  test("anew when it went, and others brought it back", async () => {
    const { daemon, arranged } = daemonWith();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await daemon.start();
    daemon.removeInterface(inPlace("a"));
    await settle();
    daemon.setInterface(inPlace("a"));
    daemon.next().reply({ ok: false, error: transactError("constraint violation") });
    await settle();
    expect(arranged()).toEqual(["arrange a a", "arrange a a"]);
  });

  test("anew when it was unplugged, and others brought it back", async () => {
    const { daemon, arranged } = daemonWith();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await daemon.start();
    daemon.bind({ ...binding("a", { "requested-chassis": "hv2" }), requested_chassis: null });
    await settle();
    daemon.bind(binding("a"));
    daemon.next().reply({ ok: true });
    await settle();
    expect(arranged()).toEqual(["arrange a a", "arrange a a"]);
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

  test("is not arranged again by a daemon that may write again", async () => {
    const { daemon, arranged } = daemonWith(wantsArranging);
    await daemon.start();
    daemon.bind(binding("a"));
    await settle();
    for (const lock of [null, "vifplugd_hv1"]) {
      daemon.lock = lock;
      daemon.reconciler.schedule();
      await settle();
    }
    expect(arranged()).toEqual(["arrange a none"]);
  });

  test("is nothing where it is only not ready", async () => {
    const { daemon, calls, arranged } = daemonWith(notReady("no link"));
    daemon.bind(binding("a"));
    await daemon.start();
    expect([calls.includes("prepare a create"), arranged()]).toEqual([true, []]);
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

describe("a provider tidies up", () => {
  /** Notes what it is shown, and answers in turn. */
  function tidying(...answers: readonly boolean[]) {
    const shown: { readonly asked: readonly string[]; readonly owned: readonly string[] }[] = [];
    const tidy: Behaviour["tidy"] = ({ asked, owned }) => {
      shown.push({ asked: asked.map(({ lport }) => lport.name), owned: [...owned] });
      return answers[shown.length - 1] ?? true;
    };
    return { shown, tidy };
  }

  test("once, when everything is known, by what it was asked and what is ours", async () => {
    const { shown, tidy } = tidying();
    const { daemon, change } = daemonWith(plugAs(), tidy);
    daemon.setInterface(inPlace("a"));
    daemon.setInterface(pluggedRow("c", { _uuid: uuid(0x9999), external_ids: map({ "iface-id": "c" }) }));
    daemon.bind(binding("a"));
    daemon.bind(binding("b"));
    await daemon.startLocal();
    expect(shown).toEqual([]);
    await daemon.sync();
    expect(shown).toEqual([{ asked: ["a", "b"], owned: ["a"] }]);
    await change();
    expect(shown).toHaveLength(1);
  });

  test("again after every run until it has", async () => {
    const { shown, tidy } = tidying(false, false, true);
    const { daemon, change } = daemonWith(plugAs(), tidy);
    await daemon.start();
    expect(shown).toHaveLength(1);
    for (let run = 0; run < 4; run++) await change();
    expect(shown).toHaveLength(3);
  });

  test("by what it was asked itself, and not by what others were", async () => {
    const [mine, theirs] = [tidying(), tidying()];
    const providers = [
      recordedProvider("dummy", { tidy: mine.tidy }).provider,
      recordedProvider("other", { tidy: theirs.tidy }).provider,
    ];
    const daemon = new PlugDaemon(registryOf(...providers));
    daemon.bind(binding("a"));
    daemon.bind(binding("b", { "vif-plug-type": "other" }));
    await daemon.start();
    expect([mine.shown, theirs.shown].map((shown) => shown.map(({ asked }) => asked))).toEqual([
      [["a"]],
      [["b"]],
    ]);
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

test("verify asks again and arranges nothing", async () => {
  const { daemon, arranged } = daemonWith(wantsArranging);
  await daemon.start();
  daemon.bind(binding("a"));
  await settle();
  expect(arranged().length).toBe(1);
  expect(daemon.reconciler.verify(daemon.source).differences).toEqual([]);
  await settle();
  expect(arranged().length).toBe(1);
});

// An interface that its provider knows to be somebody else's (rule U7), from the decision to what is told and counted.
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import type { PortBindingRow } from "../../src/plug/rows.ts";
import type { PrepareAnswer, PrepareInput } from "../../src/providers/provider.ts";
import { ProviderRegistry } from "../../src/providers/registry.ts";
import { PlugDaemon, settle } from "../support/plug-daemon.ts";
import { type Calls, recordedProvider } from "../support/providers.ts";
import { map, pluggedRow, uuid, wantedRow } from "../support/rows.ts";
import { transactError } from "../support/works.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A daemon whose provider answers by the names of functions' devices; whose each device is, the test says. */
class Nic {
  readonly calls: Calls = [];
  readonly registry = new ProviderRegistry({
    elapsed: () => performance.now(),
    onWake: () => {},
    log: () => {},
  });
  readonly daemon = new PlugDaemon(this.registry);
  readonly #names = new Map<string, string | null>();
  readonly #others = new Map<string, string>();
  #changed = false;

  async start(isBuiltIn = true): Promise<void> {
    const { provider } = recordedProvider(
      "dummy",
      { prepare: (input) => this.#answer(input), run: () => this.#takeChange() },
      this.calls,
    );
    this.registry.register(provider, undefined, isBuiltIn);
    await this.daemon.start();
  }

  /** The logical port's function has a device of this name (null: none); devices of other functions, by name. */
  async has(names: Record<string, string | null>, others: Record<string, string> = {}): Promise<void> {
    for (const [lport, name] of Object.entries(names)) this.#names.set(lport, name);
    this.#others.clear();
    for (const [name, whose] of Object.entries(others)) this.#others.set(name, whose);
    this.#changed = true;
    this.daemon.reconciler.schedule();
    await settle();
  }

  /** Commits what was sent, which made the port's interface this one, or none. */
  async commit(lport: string, name: string | null): Promise<void> {
    for (const row of this.#rows.splice(0)) this.daemon.removeInterface(row);
    if (name !== null) {
      const row = inPlace(lport, name);
      this.daemon.setInterface(row);
      this.#rows.push(row);
    }
    this.daemon.next().reply({ ok: true });
    await settle();
  }

  /** Brings a port in place under this name. */
  async plug(lport: string, name: string): Promise<void> {
    await this.has({ [lport]: name });
    this.daemon.bind(this.binding(lport));
    await settle();
    await this.commit(lport, name);
  }

  /** The row that a port is plugged by. */
  binding(lport: string): PortBindingRow {
    const row = this.#bindings.get(lport) ?? binding(lport);
    this.#bindings.set(lport, row);
    return row;
  }

  state(lport: string) {
    return this.daemon.reconciler.statuses.get(lport);
  }

  /** The logical port's options in each question, oldest first. */
  readonly optionsAsked: PrepareInput["lport"]["options"][] = [];
  readonly #bindings = new Map<string, PortBindingRow>();
  readonly #rows: ReturnType<typeof inPlace>[] = [];

  #takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  #answer({ operation, lport, interface: current }: PrepareInput): PrepareAnswer {
    this.optionsAsked.push(lport.options);
    const whose = this.#others.get(current?.name ?? "");
    const misplaced = whose === undefined ? {} : { misplaced: whose };
    if (operation === "remove") return { ready: true, ...misplaced };
    const name = this.#names.get(lport.name) ?? null;
    return name === null
      ? { ready: false, reason: "no such function", ...misplaced }
      : { ready: true, interface: { name, type: "internal", options: {} }, ...misplaced };
  }
}

function binding(lport: string) {
  return wantedRow({}, { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)) });
}

let rows = 0;
function inPlace(lport: string, name: string) {
  const external_ids = map({ "iface-id": lport, "ovn-plugged": "dummy" });
  return pluggedRow(lport, { _uuid: uuid(0x9000 + rows++), name, options: map(), external_ids });
}

describe("an interface that is another's by now", () => {
  test("goes at once, with the calls of a removal, a warning and the counter", async () => {
    const nic = new Nic();
    await nic.start();
    await nic.plug("a", "eth0");
    nic.calls.length = 0;
    await nic.has({ a: null }, { eth0: "VF 0 of NIC 11" });
    expect(nic.calls).toEqual(["prepare a create", "prepare a remove", "release a none"]);
    expect(nic.daemon.sent.length).toBe(1);
    await nic.commit("a", null);
    expect(nic.calls.slice(3)).toEqual(["finish a none", "prepare a create", "release a none"]);
    expect(nic.state("a")).toMatchObject({ state: "waiting", reason: "no such function", interface: null });
    expect(nic.daemon.lines).toContainEqual(
      expect.stringMatching(/ warn plug: a: unplugged interface eth0 \(it belongs to VF 0 of NIC 11 now\)$/),
    );
    expect(nic.daemon.misplaced).toBe(1);
  });

  test("goes with the replug when its port moves in the same pass", async () => {
    const nic = new Nic();
    await nic.start();
    await nic.plug("a", "eth0");
    nic.calls.length = 0;
    await nic.has({ a: "eth1" }, { eth0: "VF 1" });
    await nic.commit("a", "eth1");
    expect(nic.calls).toEqual([
      ...["prepare a create", "prepare a remove"],
      ...["finish a none", "finish a eth1", "release a eth1"],
      // What was said of eth0 says nothing of eth1.
      ...["prepare a create", "release a eth1"],
    ]);
    expect(nic.state("a")).toMatchObject({ state: "plugged", interface: "eth1", reason: null });
    expect(nic.daemon.lines.join("\n")).toMatch(
      / warn plug: a: replugged: interface eth0 \(it belongs to VF 1 now\)/,
    );
    expect(nic.daemon.misplaced).toBe(1);
  });

  test("goes where two exchanged their names and neither can move, and both come back right", async () => {
    const nic = new Nic();
    await nic.start();
    const there = { a: inPlace("a", "eth0"), b: inPlace("b", "eth1") };
    for (const lport of ["a", "b"] as const) {
      nic.daemon.setInterface(there[lport]);
      nic.daemon.bind(binding(lport));
    }
    await nic.has({ a: "eth0", b: "eth1" });
    expect(nic.daemon.sent).toEqual([]);
    await nic.has({ a: "eth1", b: "eth0" }, { eth0: "the function of b", eth1: "the function of a" });
    for (const lport of ["a", "b"] as const) nic.daemon.removeInterface(there[lport]);
    nic.daemon.next().reply({ ok: true });
    await settle();
    const inserted = nic.daemon.next().operations.flatMap((operation) => {
      return operation.op === "insert" && operation.table === "Port" ? [operation.row.name] : [];
    });
    expect(inserted).toEqual(["eth1", "eth0"]);
  });

  test("goes also when its port binding has left the view, and nobody knows what became of that", async () => {
    const nic = new Nic();
    await nic.start();
    await nic.plug("a", "eth0");
    nic.daemon.unbind(nic.binding("a"));
    await settle();
    expect(nic.state("a")).toMatchObject({
      state: "plugged",
      reason: expect.stringContaining("not in view"),
    });
    expect(nic.daemon.sent).toEqual([]);
    await nic.has({ a: "eth0" }, { eth0: "VF 1" });
    expect(nic.daemon.sent).toEqual([]);
    await nic.has({ a: "eth1" }, { eth0: "VF 1" });
    await nic.commit("a", null);
    expect(nic.daemon.misplaced).toBe(1);
    expect(nic.state("a")).toBeUndefined();
    expect(nic.optionsAsked.at(-1)).toEqual(nic.binding("a").options);
  });

  test("is not known to be another's when its port binding was never in view", async () => {
    const nic = new Nic();
    await nic.start();
    nic.daemon.setInterface(inPlace("a", "eth0"));
    await nic.has({ a: "eth1" }, { eth0: "VF 1" });
    expect(nic.daemon.sent).toEqual([]);
    expect(nic.daemon.misplaced).toBe(0);
  });

  test("stays with a daemon that may not write", async () => {
    const nic = new Nic();
    await nic.start();
    await nic.plug("a", "eth0");
    nic.daemon.lock = null;
    await nic.has({ a: null }, { eth0: "VF 1" });
    expect(nic.daemon.sent).toEqual([]);
  });
});

describe("a second time within a minute", () => {
  async function twice(nic: Nic): Promise<void> {
    await nic.start();
    await nic.plug("a", "eth0");
    for (const _ of [1, 2]) {
      await nic.has({ a: null }, { eth0: "VF 1" });
      await nic.commit("a", null);
      await nic.has({ a: "eth0" });
      if (_ === 1) await nic.commit("a", "eth0");
    }
  }

  test("it is plugged again with back-off, which grows from time to time", async () => {
    const nic = new Nic();
    await twice(nic);
    expect(nic.state("a")).toMatchObject({
      state: "waiting",
      reason:
        "its interface got another owner 2 times within a short while: it is plugged again with back-off",
      change: null,
    });
    const wait = () => (nic.daemon.reconciler.ports.nextTry("a") ?? Number.NaN) - Date.now();
    expect(wait()).toBeWithin(1000, 1251);
    jest.advanceTimersByTime(wait());
    await settle();
    await nic.commit("a", "eth0");
    expect(nic.state("a")).toMatchObject({ state: "plugged" });
    await nic.has({ a: null }, { eth0: "VF 1" });
    await nic.commit("a", null);
    await nic.has({ a: "eth0" });
    expect(wait()).toBeWithin(2000, 2501);
  });

  test("it counts for longer than the first time, as it is plugged again later", async () => {
    const nic = new Nic();
    await twice(nic);
    const { engine, graph } = nic.daemon.reconciler;
    const sentAway = () => engine.data(graph.inputs.attempt).get("a")?.sentAway;
    const wait = (nic.daemon.reconciler.ports.nextTry("a") ?? Number.NaN) - Date.now();
    jest.advanceTimersByTime(wait);
    await settle();
    await nic.commit("a", "eth0");
    jest.advanceTimersByTime(61_000 - wait);
    await settle();
    expect(sentAway()).toEqual({ times: 2 });
    jest.advanceTimersByTime(252);
    await settle();
    expect(sentAway()).toBeUndefined();
  });

  test("is none when the first was longer ago", async () => {
    const nic = new Nic();
    await nic.start();
    await nic.plug("a", "eth0");
    await nic.has({ a: null }, { eth0: "VF 1" });
    await nic.commit("a", null);
    await nic.has({ a: "eth0" });
    await nic.commit("a", "eth0");
    jest.advanceTimersByTime(60_001);
    await settle();
    await nic.has({ a: null }, { eth0: "VF 1" });
    await nic.commit("a", null);
    await nic.has({ a: "eth0" });
    expect(nic.state("a")).toMatchObject({ state: "pending", change: null });
    expect(nic.daemon.sent.length).toBe(1);
  });
});

test("a server that refuses every change is asked with back-off only, whether the port moves or goes (T3)", async () => {
  const nic = new Nic();
  await nic.start();
  await nic.plug("lsp1", "eth0");
  await nic.has({ lsp1: "eth1" }, { eth0: "VF 7" });
  for (let sent = 0; sent < 2; sent++) {
    nic.daemon.next().reply({ ok: false, error: transactError("constraint violation") });
    await settle();
  }
  expect(nic.daemon.sent).toEqual([]);
  expect(nic.state("lsp1")).toMatchObject({ state: "error", retry: true });
});

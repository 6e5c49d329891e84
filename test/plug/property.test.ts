// Random histories of a chassis: what the handlers keep up to date is what a recompute gives, after every run.
import { test } from "bun:test";
import type { InterfaceRow } from "../../src/plug/rows.ts";
import { holder, PlugBench, standby } from "../support/plug-bench.ts";
import { notReady, plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import { checkProperty, type Random, shrinkList } from "../support/random.ts";
import {
  bindingRow,
  CHASSIS,
  chassisRow,
  map,
  OTHER_CHASSIS,
  openVSwitchRow,
  pluggedRow,
  sbGlobalRow,
  uuid,
} from "../support/rows.ts";

const LPORTS = ["a", "b", "c"] as const;
/** Fewer than logical ports, so that they get into each other's way. */
const NAMES = ["eth0", "eth1"] as const;
const TYPES = ["dummy", "nic"] as const;

type Lport = (typeof LPORTS)[number];

type Step =
  | {
      readonly do: "bind";
      readonly lport: Lport;
      readonly options: Readonly<Record<string, string>>;
      readonly at: number;
    }
  | { readonly do: "unbind"; readonly lport: Lport }
  | {
      readonly do: "add interface";
      readonly lport: Lport;
      readonly name: string;
      readonly ids: readonly string[];
    }
  | { readonly do: "remove interface" | "tamper"; readonly name: string }
  | { readonly do: "wants"; readonly lport: Lport; readonly name: string; readonly ready: boolean }
  | { readonly do: "send" | "refuse" | "try again" | "forget"; readonly lport: Lport }
  | { readonly do: "commit" | "acknowledge" | "lose the southbound" | "chassis" | "northd" | "bridge" }
  | { readonly do: "stand by" | "be active" | "register nic" | "unregister nic" };

const PLAIN = [
  ...["commit", "commit", "commit", "acknowledge", "acknowledge", "lose the southbound", "chassis", "northd"],
  ...["bridge", "stand by", "be active", "be active", "register nic", "unregister nic"],
] as const;

function randomStep(random: Random): Step {
  const lport = random.pick(LPORTS);
  const name = random.pick(NAMES);
  const kind = random.int(10);
  if (kind < 3) {
    const options: Record<string, string> = {};
    if (random.chance(0.8)) options["vif-plug-type"] = random.pick(TYPES);
    if (random.chance(0.8)) options["requested-chassis"] = random.pick(["hv1", "host1", "hv2", "hv2,hv1"]);
    if (random.chance(0.3)) options["vif-plug-mtu-request"] = random.pick(["1400", "1500"]);
    return { do: "bind", lport, options, at: random.int(4) };
  }
  if (kind === 3) return { do: "unbind", lport };
  if (kind === 4) {
    const ids = random.pick([["dummy"], ["nic"], ["gone"], []]);
    return { do: "add interface", lport, name: random.pick([...NAMES, "tap0"]), ids };
  }
  if (kind === 5) return { do: random.pick(["remove interface", "tamper"]), name };
  if (kind === 6) return { do: "wants", lport, name, ready: random.chance(0.8) };
  if (kind === 7) return { do: random.pick(["send", "send", "refuse", "try again", "forget"]), lport };
  return { do: random.pick(PLAIN) };
}

/** A chassis with two providers that answer what the history has said last. */
function chassis() {
  const wants = new Map<string, { readonly name: string; readonly ready: boolean }>();
  let changed = false;
  const behaviour = {
    run: () => changed,
    prepare: (input: Parameters<ReturnType<typeof plugAs>>[0]) => {
      const { name, ready } = wants.get(input.lport.name) ?? { name: "eth0", ready: true };
      return ready ? plugAs(() => name)(input) : notReady("not now")();
    },
  };
  const registry = registryOf(recordedProvider("dummy", behaviour).provider);
  return {
    registry,
    bench: PlugBench.started(registry),
    nic: () => recordedProvider("nic", behaviour).provider,
    want(lport: string, answer: { readonly name: string; readonly ready: boolean }): void {
      wants.set(lport, answer);
      changed = true;
    },
    lookedUp(): void {
      changed = false;
    },
  };
}

type Chassis = ReturnType<typeof chassis>;

function bindingUuid(lport: Lport) {
  return uuid(0x100 + LPORTS.indexOf(lport));
}

function perform(on: Chassis, step: Step): void {
  const { bench, registry } = on;
  const { tables } = bench;
  switch (step.do) {
    case "bind":
      bench.set(
        "portBinding",
        bindingRow({
          _uuid: bindingUuid(step.lport),
          logical_port: step.lport,
          options: map(step.options),
          requested_chassis: [CHASSIS, CHASSIS, OTHER_CHASSIS, null][step.at] ?? null,
          requested_additional_chassis: new Set(step.at === 2 ? [CHASSIS] : []),
        }),
      );
      break;
    case "unbind":
      if (tables.portBinding.has(bindingUuid(step.lport)))
        bench.delete("portBinding", bindingUuid(step.lport));
      break;
    case "add interface": {
      if (bench.interfaceNamed(step.name) !== undefined) break;
      const [plugged] = step.ids;
      const external_ids = map({
        "iface-id": step.lport,
        ...(plugged === undefined ? {} : { "ovn-plugged": plugged }),
      });
      bench.addInterface(pluggedRow(step.lport, { _uuid: bench.nextUuid(), name: step.name, external_ids }));
      break;
    }
    case "remove interface": {
      const row = bench.interfaceNamed(step.name);
      if (row !== undefined) bench.removeInterface(row._uuid);
      break;
    }
    case "tamper": {
      const row = bench.interfaceNamed(step.name);
      if (row !== undefined) bench.set("iface", { ...row, type: "", options: map({ peer: "x" }), ofport: 9 });
      break;
    }
    case "wants":
      on.want(step.lport, step);
      break;
    case "send":
    case "refuse":
    case "try again":
    case "forget":
      attempt(bench, step.do, step.lport);
      break;
    case "commit":
      bench.commit();
      break;
    case "acknowledge":
      bench.acknowledge();
      break;
    case "lose the southbound":
      bench.setSouthbound({ synced: false, acknowledged: null });
      break;
    case "chassis":
      if (tables.chassis.size > 0) bench.delete("chassis", CHASSIS);
      else bench.set("chassis", chassisRow());
      break;
    case "northd":
      bench.set("sbGlobal", sbGlobalRow(northdHasWritten(bench) ? { options: map() } : {}));
      break;
    case "bridge":
      bench.set("openVSwitch", openVSwitchRow(toggled(bench)));
      break;
    case "stand by":
      bench.setLocalSession(standby);
      break;
    case "be active":
      bench.setLocalSession(holder);
      break;
    case "register nic":
      registry.register(on.nic());
      break;
    case "unregister nic":
      registry.unregister("nic");
      break;
  }
}

function northdHasWritten(bench: PlugBench): boolean {
  return [...bench.tables.sbGlobal.values()].some(({ options }) => options.size > 0);
}

/** The integration bridge is one that does not exist, or again the one that does. */
function toggled(bench: PlugBench) {
  const isThere = [...bench.tables.openVSwitch.values()].some(
    ({ external_ids }) => external_ids.get("ovn-bridge") === "br-int",
  );
  return { external_ids: map({ "system-id": "hv1", "ovn-bridge": isThere ? "br-none" : "br-int" }) };
}

function attempt(bench: PlugBench, what: "send" | "refuse" | "try again" | "forget", lport: Lport): void {
  const current = bench.engine.data(bench.graph.inputs.attempt).get(lport);
  const nonce = current?.nonce ?? 0;
  const change = bench.statuses.get(lport)?.change ?? null;
  const advice = bench.engine.data(bench.graph.advice).get(lport);
  if (what === "forget") bench.attempt(lport, null);
  else if (what === "try again") bench.attempt(lport, { phase: "idle", nonce: nonce + 1 });
  else if (what === "send" && change !== null && advice !== undefined) {
    bench.attempt(lport, { phase: "in-flight", nonce, change, advice });
  } else if (what === "refuse" && current?.phase === "in-flight") {
    bench.attempt(lport, { phase: "failed", nonce: nonce + 1, change: current.change, error: "no" });
  }
}

/** What is wrong with the decisions as they are now. */
function faultOf(bench: PlugBench): string | undefined {
  const { differences, skipped, errors } = bench.verify();
  if (errors.length > 0 || skipped.length > 0) return `recompute failed: ${Bun.inspect({ errors, skipped })}`;
  const [first] = differences;
  if (first !== undefined) {
    const { node, key, ours, theirs } = first;
    return `node ${node} differs at ${key}: ${Bun.inspect({ ours, theirs }, { depth: 3 })}`;
  }
  return faultOfWrites(bench);
}

/** Nothing of others is written, no name is given twice to those that have none, and a removal is one due. */
function faultOfWrites(bench: PlugBench): string | undefined {
  const created = new Set<string>();
  for (const [lport, { change }] of bench.statuses) {
    if (change === null) continue;
    if (change.kind === "create") {
      const { name } = change.desired.wanted;
      if (bench.interfaceNamed(name) !== undefined) return `${lport}: creates ${name}, which is there`;
      if (created.has(name)) return `${lport}: ${name} is created twice`;
      created.add(name);
      continue;
    }
    const row = change.kind === "replug" ? change.leaves : change.interface;
    if (row.external_ids.get("ovn-plugged") === undefined) return `${lport}: writes to ${row.name}, not ours`;
    const from = change.kind === "update" && change.adoption ? change.adoption.from : lport;
    if (row.external_ids.get("iface-id") !== from) return `${lport}: writes to the interface of another port`;
    if (change.kind === "remove" && !isDue(bench, lport) && !isLeftover(bench, change.interface))
      return `${lport}: is unplugged without need`;
  }
  return undefined;
}

/** Another one of ours carries the same iface-id, and is the one that the port is dealt with by. */
function isLeftover(bench: PlugBench, row: InterfaceRow): boolean {
  const lport = row.external_ids.get("iface-id");
  return [...bench.tables.iface.values()].some(
    ({ _uuid, external_ids }) =>
      _uuid !== row._uuid && external_ids.get("iface-id") === lport && external_ids.has("ovn-plugged"),
  );
}

function isDue(bench: PlugBench, lport: string): boolean {
  const { engine, graph } = bench;
  const { chassis, northdHasWritten } = engine.data(graph.localChassis).current;
  const { synced, acknowledged } = engine.data(graph.inputs.southbound).current;
  if (chassis === null || chassis.record === null || !synced || !northdHasWritten) return false;
  const binding = [...bench.tables.portBinding.values()].find((row) => row.logical_port === lport);
  if (binding === undefined) return acknowledged?.lports.has(lport) === true;
  const { requested_chassis, requested_additional_chassis, options } = binding;
  const requested = requested_chassis === CHASSIS || requested_additional_chassis.has(CHASSIS);
  return !requested || !options.has("vif-plug-type");
}

function failureOf(steps: readonly Step[]): string | undefined {
  const on = chassis();
  for (const step of steps) {
    perform(on, step);
    on.bench.run();
    on.lookedUp();
    const fault = faultOf(on.bench);
    if (fault !== undefined) return `after ${JSON.stringify(step)}: ${fault}`;
  }
  return undefined;
}

test("whatever happens to a chassis, handling the changes gives what looking at everything gives", () => {
  checkProperty<readonly Step[]>({
    cases: 150,
    generate: (random) => random.list(10 + random.int(40), () => randomStep(random)),
    failure: failureOf,
    shrink: shrinkList,
    format: (steps) => steps.map((step) => JSON.stringify(step)).join("\n"),
  });
});

test("and a chassis that is left alone comes to rest: nothing is left to write", () => {
  checkProperty<readonly Step[]>({
    cases: 100,
    generate: (random) => random.list(10 + random.int(30), () => randomStep(random)),
    failure(steps) {
      const on = chassis();
      for (const step of steps) {
        perform(on, step);
        on.bench.run();
        on.lookedUp();
      }
      for (const lport of LPORTS) on.bench.attempt(lport, null);
      on.bench.run();
      for (let round = 0; round < 2 * LPORTS.length; round++) on.bench.commit();
      const busy = [...on.bench.statuses.values()].filter(({ change }) => change !== null);
      return busy.length === 0 ? undefined : `still to be written: ${Bun.inspect(busy, { depth: 4 })}`;
    },
    shrink: shrinkList,
    format: (steps) => steps.map((step) => JSON.stringify(step)).join("\n"),
  });
});

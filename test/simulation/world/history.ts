/**
 * One history from one seed: a cloud, a chassis, one or two vifplugds, and what happens to them. First there is disorder,
 * in which nothing unsafe may be done; then calm, after which everything has to be as it should be; then the end, after
 * which nothing may be left over.
 */
import { random } from "../../support/random.ts";
import { readSchema, type Schema } from "../ovsdb/schema.ts";
import { CHASSIS, LocalChassis } from "./chassis.ts";
import { Checks } from "./checks.ts";
import { Cloud } from "./cloud.ts";
import { Cluster } from "./cluster.ts";
import { Daemons } from "./daemons.ts";
import { Devices } from "./devices.ts";
import { misplacedComplaints, oracleComplaints } from "./liveness.ts";
import { relay } from "./relay.ts";
import { mapJson } from "./rows.ts";
import type { Settings } from "./settings.ts";
import { type Southbound, standalone } from "./southbound.ts";
import { calm, firstSteps, KINDS, randomSteps, type Stage, type Step } from "./steps.ts";
import type { Deeds } from "./vifplugd.ts";
import { World } from "./world.ts";

export interface Plan {
  readonly seed: number;
  readonly topology: "standalone" | "cluster" | "relay";
  readonly daemons: number;
  readonly onWithdraw: "unplug" | "keep";
  readonly onRename: "replug" | "report";
  /** Percent. */
  readonly maxUnplug: number;
  /** A process reads messages together that have arrived by then. Absent: each by itself, as in histories of version 1. */
  readonly readsTogether?: boolean;
  /** Of a client's monitors the last one tells first. Absent: the first one, as in histories of version 2. */
  readonly tellsLastFirst?: boolean;
  /** The provider is a program, which answers later. Absent: it answers at once, as in histories of version 3. */
  readonly isProgram?: boolean;
  readonly steps: readonly Step[];
}

export interface Outcome {
  readonly failure: string | null;
  readonly events: number;
  readonly writes: number;
  readonly unplugs: number;
  readonly story: readonly string[];
}

const schemas: { local?: Schema; southbound?: Schema; older?: Schema } = {};

const LOCAL_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
/** What anybody in these histories reads or writes. */
const LOCAL_PART = {
  Open_vSwitch: ["bridges", "external_ids", "other_config", "ssl"],
  Bridge: ["name", "datapath_type", "other_config", "ports"],
  Port: ["name", "interfaces"],
  Interface: [
    ...["name", "type", "options", "other_config", "external_ids", "mtu_request", "ofport", "error"],
    ...["mtu", "ifindex"],
  ],
  SSL: ["private_key", "certificate", "ca_cert", "bootstrap_ca_cert"],
};
const SOUTHBOUND_SCHEMA = "/usr/share/ovn/ovn-sb.ovsschema";
const SOUTHBOUND_PART = {
  SB_Global: ["options"],
  Chassis: ["name", "hostname", "encaps"],
  Encap: ["type", "ip", "chassis_name"],
  Datapath_Binding: ["tunnel_key"],
  Port_Binding: [
    ...["logical_port", "type", "parent_port", "options", "datapath", "tunnel_key", "chassis", "up"],
    ...["requested_chassis", "requested_additional_chassis", "additional_chassis"],
  ],
};

/** As it was before OVN 22.06: there are no additional chassis. */
const OLDER_PART = {
  ...SOUTHBOUND_PART,
  Port_Binding: SOUTHBOUND_PART.Port_Binding.filter((column) => !column.endsWith("additional_chassis")),
};

/** Milliseconds of disorder. */
const DISORDER = 20_000;
/** Within so many milliseconds of calm everything is as it should be: the longest back-off is a minute and a quarter. */
const PATIENCE = 240_000;
const LOOK = 2000;
/** A logical port that is there at the very end, if not before. */
const LAST_LPORT = "last";
/** Events from one comparison with a recompute to the next. */
const VERIFY_EVERY = 100;
/** A history has about a thousand events; one with so many goes round and round. */
const MOST_EVENTS = 100_000;

export function planOf(seed: number): Plan {
  const source = random(seed);
  return {
    seed,
    topology: source.pick(["standalone", "cluster", "relay"]),
    daemons: source.chance(0.3) ? 2 : 1,
    onWithdraw: source.chance(0.8) ? "unplug" : "keep",
    onRename: source.chance(0.9) ? "replug" : "report",
    maxUnplug: source.chance(0.6) ? 100 : 25,
    readsTogether: source.chance(0.7),
    tellsLastFirst: random(seed ^ 0x27d4eb2f).chance(0.5),
    isProgram: random(seed ^ 0x6a09e667).chance(0.4),
    steps: [...firstSteps(source), ...randomSteps(source, 20 + source.int(100), DISORDER)],
  };
}

/** @param telling what the story is made of; null: there is none */
export async function play(plan: Plan, telling: "lines" | "diagram" | null = null): Promise<Outcome> {
  const world = new World(plan.seed, plan.readsTogether === true, plan.tellsLastFirst === true);
  if (telling === "lines") world.story = [];
  if (telling === "diagram") world.draw();
  // What is thrown in a microtask comes to nobody else, and neither does what is rejected and not waited for.
  const fail = (error: unknown) => world.fail(`something threw: ${stackOf(error)}`);
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  try {
    const { unplugs, writes } = playThrough(world, plan, fail);
    // The runtime tells of what was rejected in a turn of its loop, and gives memory back in one.
    await new Promise(setImmediate);
    return {
      failure: world.failure,
      events: world.scheduler.done,
      writes,
      unplugs,
      story: world.story ?? [],
    };
  } finally {
    process.off("uncaughtException", fail);
    process.off("unhandledRejection", fail);
  }
}

function playThrough(world: World, plan: Plan, fail: (error: unknown) => void): Checks {
  const stage = setUp(world, plan);
  try {
    disorder(stage, plan);
    if (world.failure === null) becalm(stage);
    if (world.failure === null) end(stage);
  } catch (error) {
    fail(error);
  }
  return stage.checks;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function setUp(world: World, plan: Plan): Stage {
  schemas.local ??= readSchema(LOCAL_SCHEMA, LOCAL_PART);
  schemas.southbound ??= readSchema(SOUTHBOUND_SCHEMA, SOUTHBOUND_PART);
  schemas.older ??= readSchema(SOUTHBOUND_SCHEMA, OLDER_PART);
  const southbound = southboundOf(world, plan.topology, schemas.southbound, schemas.older);
  const cloud = new Cloud(world, southbound);
  const chassis = new LocalChassis(world, schemas.local, southbound);
  const devices = new Devices();
  southbound.onChange = () => {
    cloud.northd.wake();
    chassis.controller.wake();
  };
  southbound.transact([
    {
      op: "insert",
      table: "Encap",
      row: { type: "geneve", ip: "192.0.2.2", chassis_name: "hv2" },
      "uuid-name": "encap",
    },
    {
      op: "insert",
      table: "Chassis",
      row: { name: "hv2", hostname: "node2", encaps: ["named-uuid", "encap"] },
    },
    { op: "insert", table: "SB_Global", row: { options: mapJson([]) } },
  ]);
  const holder: { checks: Checks | null } = { checks: null };
  const settings: Settings = {
    on_withdraw: plan.onWithdraw,
    on_rename: plan.onRename,
    max_unplug: `${plan.maxUnplug}%`,
    ...{ additional_chassis: "true", chassis: null, bridge: null, remote: null },
  };
  const deeds: Deeds = { finished: (...call) => holder.checks?.finishes.called(...call) };
  const daemons = new Daemons(world, devices, deeds, settings, plan);
  for (const server of southbound.servers)
    server.onArrival = (connection, commits, message) => {
      connection.client.shown(server.name, commits);
      holder.checks?.shown.arrived(connection, server, commits, message);
    };
  const scene = {
    ...{ world, southbound, chassis, devices, daemons },
    get vifplugds() {
      return daemons.all;
    },
  };
  const checks = new Checks(scene);
  holder.checks = checks;
  chassis.changed();
  cloud.northd.wake();
  return { ...scene, vifplugds: daemons.all, cloud, backups: [], checks };
}

function southboundOf(world: World, topology: Plan["topology"], schema: Schema, older: Schema): Southbound {
  switch (topology) {
    case "standalone":
      return standalone(world, schema, older);
    case "cluster":
      return new Cluster(world, schema, older);
    case "relay":
      return relay(world, schema);
  }
}

function disorder(stage: Stage, { steps }: Plan): void {
  const { world } = stage;
  for (const { at, what, args } of steps) {
    world.scheduler.after(at, () => world.tell("step", `${what}: ${KINDS[what]?.run(stage, args)}`));
  }
  run(stage, DISORDER);
}

function becalm(stage: Stage): void {
  const { world, daemons, checks } = stage;
  world.tell("step", "everybody works again");
  calm(stage);
  waitUntil(stage, () => misplacedComplaints(stage));
  stage.devices.reset();
  const judge = () => [
    ...oracleComplaints(stage),
    ...checks.finishes.complaints(),
    ...daemons.present.flatMap((one) =>
      one.inFlight > 0 ? [`${one.process.name} has changes in flight`] : [],
    ),
    ...daemons.present.flatMap((one) =>
      one.unheard.map((finish) => `the program of ${one.process.name} has not heard of: finish ${finish}`),
    ),
  ];
  waitUntil(stage, judge);
  if (world.failure === null && world.random.int(4) === 0) {
    // Nothing else happens that would make the graph run again.
    daemons.throwOnce();
    world.tell("step", KINDS.add?.run(stage, [LAST_LPORT, CHASSIS, ""]) ?? "");
    waitUntil(stage, judge);
  }
  if (world.failure === null) verify(stage);
}

/** Fails when somebody still complains after a long time. */
function waitUntil(stage: Stage, judge: () => readonly string[]): void {
  const { world, daemons } = stage;
  let complaints = judge();
  for (let waited = 0; waited < PATIENCE; waited += LOOK) {
    run(stage, world.scheduler.now + LOOK);
    if (world.failure !== null) return;
    daemons.confirm();
    complaints = judge();
    if (complaints.length === 0) return;
  }
  const statuses = daemons.present.flatMap((one) =>
    one.statuses().map((line) => `${one.process.name}: ${line}`),
  );
  world.fail(`after ${PATIENCE / 1000} s of calm: ${complaints.join("; ")}\n  ${statuses.join("\n  ")}`);
}

function end(stage: Stage): void {
  const { world, daemons } = stage;
  const last = daemons.present;
  for (const vifplugd of last) vifplugd.stop();
  run(stage, world.scheduler.now + 10_000);
  for (const { process, unreleased } of last) {
    if (unreleased.length > 0)
      world.fail(
        `${process.name} has not released what its provider answered about ${unreleased.join(", ")}`,
      );
    const { timers, connections } = process.leftOver;
    if (timers + connections > 0)
      world.fail(`${process.name} leaves ${timers} timers and ${connections} connections`);
  }
}

function run(stage: Stage, until: number): void {
  const { world } = stage;
  const { scheduler } = world;
  while (world.failure === null && scheduler.step(until)) {
    if (scheduler.done % VERIFY_EVERY === 0) verify(stage);
    if (scheduler.done >= MOST_EVENTS) world.fail(`${MOST_EVENTS} events have happened, and there is no end`);
  }
}

function verify({ daemons, world }: Stage): void {
  for (const vifplugd of daemons.present) {
    const differences = vifplugd.verify();
    if (differences.length > 0)
      world.fail(`${vifplugd.process.name} differs from a recompute in ${differences.join(", ")}`);
    const unexplained = vifplugd.unexplained();
    if (unexplained.length > 0)
      world.fail(`${vifplugd.process.name} explains not why ${unexplained.join(", ")}`);
  }
}

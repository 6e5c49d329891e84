/** What may happen in a history besides what the actors do by themselves: each step as data, so that it can be left out. */
import type { Random } from "../../support/random.ts";
import type { Write } from "../ovsdb/database.ts";
import { BRIDGE, CHASSIS } from "./chassis.ts";
import type { Checks, Scene } from "./checks.ts";
import type { Cloud, LogicalPort } from "./cloud.ts";
import type { Daemons } from "./daemons.ts";
import { type Device, PLUG_TYPE, usualName } from "./devices.ts";
import { byUuid, map, mapJson, rowsOf, text, uuidOf } from "./rows.ts";

export interface Stage extends Scene {
  readonly cloud: Cloud;
  readonly daemons: Daemons;
  readonly checks: Checks;
  /** The Southbound's content of earlier times. */
  readonly backups: (readonly Write[])[];
}

export interface Step {
  /** Milliseconds. */
  readonly at: number;
  readonly what: string;
  readonly args: readonly string[];
}

interface Kind {
  /** How often, in comparison. */
  readonly weight: number;
  readonly isFault: boolean;
  args(random: Random): readonly string[];
  /** Answers what happened, in words. */
  run(stage: Stage, args: readonly string[]): string;
}

const LPORTS = [
  ...Array.from({ length: 6 }, (_, n) => `port${n}`),
  ...["rival0---------a", "rival0---------b", "rival1---------a", "rival1---------b"],
];
const HOSTNAME = "node1.example.com";
const REQUESTED = [
  CHASSIS,
  CHASSIS,
  CHASSIS,
  HOSTNAME,
  "hv2",
  "",
  `${CHASSIS},hv2`,
  `hv2,${CHASSIS}`,
  `${HOSTNAME},hv2`,
];

/** For how long, in milliseconds: mostly not for long, so that what was on its way is met again. */
function outage(random: Random): string {
  return String(random.int(random.pick([20, 200, 1000, 4000])));
}

function lport(random: Random): string {
  return random.pick(LPORTS);
}

function newPort(requested: string, mtu: string): LogicalPort {
  const options = new Map([["vif-plug-type", PLUG_TYPE]]);
  if (requested !== "") options.set("requested-chassis", requested);
  if (mtu !== "") options.set("vif-plug-mtu-request", mtu);
  return { type: "", parent: "", options };
}

function operate(
  stage: Stage,
  lport: string,
  fields: (row: Parameters<typeof uuidOf>[0]) => object | null,
): string {
  const name = usualName(lport);
  const row = stage.chassis.interfaces().find((one) => text(one, "name") === name);
  if (row === undefined) return `there is no interface ${name}`;
  const changed = fields(row);
  if (changed === null) return "there is nothing to do";
  stage.chassis.write([
    { op: "update", table: "Interface", where: byUuid(uuidOf(row)), row: { ...changed } },
  ]);
  return `by hand: interface ${name} gets ${JSON.stringify(changed)}`;
}

export const KINDS: Readonly<Record<string, Kind>> = {
  add: {
    weight: 14,
    isFault: false,
    args: (random) => [lport(random), random.pick(REQUESTED), random.pick(["", "", "1400", "abc"])],
    run: ({ cloud }, [name = "", requested = "", mtu = ""]) => {
      cloud.set(name, newPort(requested, mtu));
      return `${name} for ${requested || "anybody"}`;
    },
  },
  delete: {
    weight: 8,
    isFault: false,
    args: (random) => [lport(random)],
    run: ({ cloud }, [name = ""]) => {
      cloud.set(name, null);
      return `${name} is deleted`;
    },
  },
  request: {
    weight: 10,
    isFault: false,
    args: (random) => [lport(random), random.pick(REQUESTED)],
    run: ({ cloud }, [name = "", requested = ""]) => {
      cloud.setOption(name, "requested-chassis", requested === "" ? null : requested);
      return `${name} is for ${requested || "anybody"} now`;
    },
  },
  recreate: {
    weight: 4,
    isFault: false,
    args: (random) => [lport(random)],
    run: ({ cloud }, [name = ""]) => {
      cloud.recreate(name);
      return `the binding of ${name} is deleted, and made anew`;
    },
  },
  flap: {
    weight: 4,
    isFault: false,
    args: (random) => [lport(random), String(random.int(40))],
    run: ({ cloud, world }, [name = "", ms = "0"]) => {
      const port = cloud.ports.get(name);
      if (port === undefined) return "nothing to flap";
      cloud.set(name, null);
      world.scheduler.after(Number(ms), () => cloud.set(name, port));
      return `${name} is deleted, and there again after ${ms} ms`;
    },
  },
  option: {
    weight: 6,
    isFault: false,
    args: (random) => [
      lport(random),
      ...random.pick([
        ["vif-plug-mtu-request", "1300"],
        ["vif-plug-mtu-request", ""],
        ["vif-plug-type", ""],
        ["vif-plug-type", PLUG_TYPE],
        ["vif-plug-type", "nobody"],
        ["iface-id-ver", "v1"],
        ["iface-id-ver", "v2"],
      ]),
    ],
    run: ({ cloud }, [name = "", key = "", value = ""]) => {
      cloud.setOption(name, key, value === "" ? null : value);
      return `${name}: ${key}=${value}`;
    },
  },
  retype: {
    weight: 2,
    isFault: false,
    args: (random) => [lport(random), random.pick(["virtual", "", ""]), random.pick(["parent", "", ""])],
    run: ({ cloud }, [name = "", type = "", parent = ""]) => {
      const port = cloud.ports.get(name);
      if (port === undefined) return "there is no such port";
      cloud.set(name, { ...port, type, parent });
      return `${name} is of type "${type}" with parent "${parent}"`;
    },
  },
  evacuate: {
    weight: 3,
    isFault: false,
    args: () => [],
    run: ({ cloud }) => {
      for (const name of [...cloud.ports.keys()]) cloud.setOption(name, "requested-chassis", "hv2");
      return "every port moves away";
    },
  },
  device: {
    weight: 6,
    isFault: false,
    args: (random) => [
      lport(random),
      random.pick(["absent", "throws", "misplaced", "", "", "dev0", "dev1", "bad0"]),
    ],
    run: ({ devices }, [name = "", what = ""]) => {
      devices.set([[name, deviceOf(what)]]);
      return `the device of ${name}: ${what || "as usual"}`;
    },
  },
  exchange: {
    weight: 4,
    isFault: false,
    args: (random) => [lport(random), lport(random)],
    run: ({ devices }, [one = "", other = ""]) => {
      const a = devices.of(one);
      const b = devices.of(other);
      devices.set([
        [one, b],
        [other, a],
      ]);
      return `${one} and ${other} exchange their devices`;
    },
  },
  keep: {
    weight: 2,
    isFault: false,
    args: (random) => [lport(random), random.pick(["keeps", "gives"])],
    run: ({ devices }, [name = "", what = ""]) => {
      devices.keep(name, what === "keeps");
      return `the provider ${what} ${name}`;
    },
  },
  hand: {
    weight: 8,
    isFault: false,
    args: (random) => [
      lport(random),
      random.pick(["option", "mtu", "no-plugged", "plugged", "other", "type", "version", "typo"]),
      lport(random),
    ],
    run: (stage, [name = "", what = "", other = ""]) =>
      operate(stage, name, (row) => {
        const ids = new Map(map(row, "external_ids"));
        switch (what) {
          case "option":
            return { options: mapJson([["vif-plug-dummy-option", "edited"]]) };
          case "mtu":
            return { mtu_request: 1234 };
          case "type":
            return { type: "dummy" };
          case "other":
            return { external_ids: mapJson(ids.set("somebody", "else")) };
          case "version":
            return { external_ids: mapJson(ids.set("iface-id-ver", "by-hand")) };
          case "plugged":
            return { external_ids: mapJson(ids.set("ovn-plugged", PLUG_TYPE)) };
          case "no-plugged":
            ids.delete("ovn-plugged");
            return { external_ids: mapJson(ids) };
          default:
            return { external_ids: mapJson(ids.set("iface-id", other)) };
        }
      }),
  },
  race: {
    weight: 5,
    isFault: false,
    args: (random) => [random.pick(["no-plugged", "option", "unplug", "mtu", "typo"])],
    run: (stage, [what = ""]) => {
      stage.checks.onTransaction = (lports) => {
        stage.checks.onTransaction = null;
        const [lport = ""] = lports;
        stage.world.scheduler.after(0, () => {
          const done = KINDS[what === "unplug" ? what : "hand"]?.run(stage, [lport, what, lport]);
          stage.world.tell("step", `while a transaction is on its way: ${done}`);
        });
      };
      return `somebody is to be quicker than the next transaction: ${what}`;
    },
  },
  unplug: {
    weight: 4,
    isFault: false,
    args: (random) => [lport(random)],
    run: (stage, [name = ""]) => {
      const found = stage.chassis.onBridge().find(({ iface }) => text(iface, "name") === usualName(name));
      if (found === undefined) return "nothing to take away";
      const where = [["name", "==", BRIDGE]];
      const mutations = [["ports", "delete", ["set", [["uuid", uuidOf(found.port)]]]]];
      stage.chassis.write([{ op: "mutate", table: "Bridge", where, mutations }]);
      return `by hand: del-port ${usualName(name)}`;
    },
  },
  foreign: {
    weight: 4,
    isFault: false,
    args: (random) => [
      random.pick([usualName(lport(random)), "tap0", "tap1"]),
      random.pick(["", lport(random)]),
      random.pick(["", PLUG_TYPE]),
    ],
    run: ({ chassis }, [name = "", lport = "", plugged = ""]) => {
      const ids = [
        ...(lport === "" ? [] : [["iface-id", lport] as const]),
        ...(plugged === "" ? [] : [["ovn-plugged", plugged] as const]),
      ];
      const row = { name, type: "internal", external_ids: mapJson(ids) };
      chassis.write([
        { op: "insert", table: "Interface", row, "uuid-name": "iface" },
        {
          op: "insert",
          table: "Port",
          row: { name, interfaces: ["named-uuid", "iface"] },
          "uuid-name": "port",
        },
        {
          op: "mutate",
          table: "Bridge",
          where: [["name", "==", BRIDGE]],
          mutations: [["ports", "insert", ["set", [["named-uuid", "port"]]]]],
        },
      ]);
      return `by hand: add-port ${name} iface-id=${lport} ovn-plugged=${plugged}`;
    },
  },
  confirm: {
    weight: 2,
    isFault: false,
    args: () => [],
    run: ({ daemons }) => {
      daemons.confirm();
      return "the operator confirms what is held";
    },
  },
  reload: {
    weight: 2,
    isFault: false,
    args: (random) =>
      random.pick([
        ["on_withdraw", "keep"],
        ["on_withdraw", "unplug"],
        ["on_rename", "report"],
        ["on_rename", "replug"],
        ["max_unplug", "25%"],
        ["max_unplug", "100%"],
      ]),
    run: ({ daemons }, [key = "", value = ""]) => {
      daemons.reload({ [key]: value });
      return `the configuration says ${key}: ${value}`;
    },
  },
  command: {
    weight: 2,
    isFault: false,
    args: (random) => [random.pick(["sb-cluster-state-reset", "inc-engine/recompute"])],
    run: ({ daemons }, [name = ""]) => {
      daemons.command(name);
      return name;
    },
  },
  provider: {
    weight: 1,
    isFault: true,
    args: (random) => [outage(random)],
    run: ({ daemons }, [ms = "0"]) => {
      daemons.disableProvider(Number(ms));
      return `the provider is not enabled for ${ms} ms`;
    },
  },
  throw: {
    weight: 1,
    isFault: true,
    args: () => [],
    run: ({ daemons }) => {
      daemons.throwOnce();
      return "a node of the graph is to throw";
    },
  },
  garble: {
    weight: 3,
    isFault: true,
    args: (random) => [random.pick(["[]", "[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7]"])],
    run: ({ chassis }, [result = "[]"]) => {
      chassis.server.garbled = JSON.parse(result);
      return `the next transaction's results are ${result}`;
    },
  },
  hostname: {
    weight: 5,
    isFault: false,
    args: (random) => [random.pick(["node1", "NODE1.example.com", "other", HOSTNAME]), outage(random)],
    run: ({ chassis, world }, [name = "", ms = "0"]) => {
      chassis.setHostname(name);
      world.scheduler.after(Number(ms), () => chassis.setHostname(HOSTNAME));
      return `the host is ${name} for ${ms} ms`;
    },
  },
  leave: {
    weight: 3,
    isFault: true,
    args: (random) => [outage(random)],
    run: ({ chassis, world }, [ms = "0"]) => {
      chassis.leave();
      world.scheduler.after(Number(ms), () => chassis.controller.start());
      return `ovn-controller stops for ${ms} ms`;
    },
  },
  northd: {
    weight: 2,
    isFault: true,
    args: (random) => [outage(random)],
    run: ({ cloud, world }, [ms = "0"]) => {
      cloud.northd.stop();
      world.scheduler.after(Number(ms), () => cloud.northd.start());
      return `ovn-northd is away for ${ms} ms`;
    },
  },
  southbound: {
    weight: 8,
    isFault: true,
    args: (random) => [String(random.int(1000))],
    run: ({ southbound }, [n = "0"]) => {
      const faults = Object.values(southbound.faults);
      return faults[Number(n) % faults.length]?.() ?? "";
    },
  },
  backup: {
    weight: 1,
    isFault: false,
    args: () => [],
    run: ({ southbound, backups }) => {
      if (southbound.content !== null) backups.push(southbound.content.content());
      return "the Southbound is backed up";
    },
  },
  restore: {
    weight: 2,
    isFault: true,
    args: (random) => [random.pick(["empty", "backup", "backup"])],
    run: ({ southbound, backups, world, cloud }, [what = ""]) => {
      // ovn-controller may be there before ovn-northd.
      cloud.northd.stop();
      world.scheduler.after(world.outage(), () => cloud.northd.start());
      const backup = backups.length === 0 ? null : world.random.pick(backups);
      southbound.restore(what === "empty" ? null : backup);
      return `the Southbound comes back ${what === "empty" || backup === null ? "empty" : "from a backup"}`;
    },
  },
  cut: {
    weight: 10,
    isFault: true,
    args: (random) => [String(random.int(1000)), random.pick(["", "", String(random.int(15000))])],
    run: ({ world }, [n = "0", silence = ""]) => {
      const connections = [...world.network.connections];
      const connection = connections[Number(n) % Math.max(connections.length, 1)];
      if (connection === undefined) return "there is no connection";
      if (silence === "") connection.cut();
      else connection.silence(Number(silence));
      const what = silence === "" ? "is cut" : `is silent for ${silence} ms`;
      return `${connection.client.name}'s connection to ${connection.address} ${what}`;
    },
  },
  local: {
    weight: 4,
    isFault: true,
    args: (random) => [random.pick(["kill", "halt"]), outage(random)],
    run: ({ chassis, world }, [what = "", ms = "0"]) => {
      if (what === "halt") chassis.server.halt(Number(ms));
      else {
        chassis.server.kill();
        world.scheduler.after(Number(ms), () => chassis.server.start());
      }
      return `the local ovsdb-server: ${what} for ${ms} ms`;
    },
  },
  daemon: {
    weight: 8,
    isFault: true,
    args: (random) => [random.pick(["kill", "kill", "stop", "halt"]), String(random.int(2)), outage(random)],
    run: ({ daemons }, [what = "", n = "0", ms = "0"]) => daemons.disturb(what, Number(n), Number(ms)),
  },
  weather: {
    weight: 3,
    isFault: true,
    args: (random) => [random.pick(["0.1", "1", "20"]), random.pick(["5", "30", "1000"])],
    run: ({ world }, [latency = "1", lateOf = "30"]) => {
      world.network.weather.latency = Number(latency);
      world.network.weather.lateOf = Number(lateOf);
      return `messages take ${latency} ms, and one of ${lateOf} is late`;
    },
  },
};

function deviceOf(what: string): Device | null {
  switch (what) {
    case "":
      return null;
    case "absent":
    case "throws":
      return { kind: what };
    case "misplaced":
      return { kind: "misplaced", whose: "pf0vf7 of another port" };
    default:
      return { kind: "ready", name: what };
  }
}

const WEIGHTED = Object.entries(KINDS).flatMap(([what, { weight }]) =>
  Array.from({ length: weight }, () => what),
);

const PEACEFUL = WEIGHTED.filter((what) => KINDS[what]?.isFault === false);

/**
 * Most steps come in bursts, a few milliseconds apart, so that they meet each other's messages on the way.
 *
 * @param count how many, in this many milliseconds
 */
export function randomSteps(random: Random, count: number, within: number): readonly Step[] {
  const bursts = random.list(1 + Math.floor(count / 8), () => random.int(within));
  // Where everything breaks all the time, little is done that could be wrong.
  const temper = random.pick([0.1, 0.3, 1]);
  const steps = random.list(count, (): Step => {
    const drawn = random.pick(WEIGHTED);
    const what = KINDS[drawn]?.isFault === true && !random.chance(temper) ? random.pick(PEACEFUL) : drawn;
    const at = random.chance(0.2)
      ? random.int(within)
      : random.pick(bursts) + random.int(random.pick([3, 30, 300]));
    return { at: Math.min(at, within - 1), what, args: KINDS[what]?.args(random) ?? [] };
  });
  return steps.sort((a, b) => a.at - b.at);
}

/** Some ports that are there from the beginning. */
export function firstSteps(random: Random): readonly Step[] {
  return LPORTS.filter(() => random.chance(0.5)).map((name) => ({
    at: 0,
    what: "add",
    args: [name, CHASSIS, ""],
  }));
}

export function describeStep({ at, what, args }: Step): string {
  return `${at} ms: ${what}${args.length === 0 ? "" : ` ${args.map((arg) => JSON.stringify(arg)).join(" ")}`}`;
}

/** Whoever was disturbed works again, and the devices are as usual, but for those that are misplaced. */
export function calm({ world, southbound, chassis, cloud, devices, daemons }: Stage): void {
  Object.assign(world.network.weather, { latency: 0.2, lateOf: 1000, late: 5 });
  southbound.calm();
  chassis.server.start();
  chassis.setHostname(HOSTNAME);
  chassis.controller.start();
  chassis.vswitchd.start();
  cloud.northd.start();
  cloud.northd.wake();
  chassis.changed();
  devices.reset("misplaced");
  daemons.calm();
}

/** The chassis has a row in the Southbound. */
export function hasChassisRow({ southbound }: Scene): boolean {
  const { content } = southbound;
  return (
    content !== null && [...rowsOf(content, "Chassis").values()].some((row) => text(row, "name") === CHASSIS)
  );
}

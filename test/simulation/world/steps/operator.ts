/** Somebody edits the local database by hand, or tells vifplugd something. */
import { BRIDGE, CHASSIS } from "../chassis.ts";
import { PLUG_TYPE, usualName } from "../devices.ts";
import { byUuid, map, mapJson, text, uuidOf } from "../rows.ts";
import { type Kinds, lport, outage, type Stage } from "./kind.ts";

export const OPERATOR: Kinds = {
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
    args: (random) => [random.pick(["no-plugged", "option", "unplug", "mtu", "typo", "remake"])],
    run: (stage, [what = ""]) => {
      beQuicker(stage, what);
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
  collide: {
    weight: 3,
    isFault: false,
    args: (random) => [String(random.int(1000)), random.pick(["dev2", "dev3"])],
    run: (stage, [n = "0", name = ""]) => {
      const { chassis, checks, devices, world } = stage;
      const own = chassis.onBridge().flatMap(({ iface }) => {
        const ids = map(iface, "external_ids");
        return ids.has("ovn-plugged") ? (ids.get("iface-id") ?? []) : [];
      });
      const [one, other, third] = [0, 1, 2].map((at) => own[(Number(n) + at) % own.length]);
      if (one === undefined || other === undefined || third === undefined || own.length < 3)
        return "there is too little to collide with";
      devices.set([
        [one, devices.of(other)],
        [other, devices.of(one)],
        [third, { kind: "ready", name }],
      ]);
      checks.onTransaction = (lports) => {
        if (!lports.has(third)) return;
        checks.onTransaction = null;
        world.scheduler.after(0, () => {
          addPort(stage, name, []);
          world.tell("step", `while a transaction is on its way: by hand: add-port ${name}`);
        });
      };
      return `${one} and ${other} exchange their devices, ${third} gets ${name}, and somebody else takes that`;
    },
  },
  remake: {
    weight: 2,
    isFault: false,
    args: (random) => [lport(random)],
    run: (stage, [name = ""]) => {
      const found = stage.chassis.onBridge().find(({ iface }) => text(iface, "name") === usualName(name));
      if (found === undefined) return "there is no port to make anew";
      const { iface, port } = found;
      const row = { name: text(port, "name"), interfaces: ["uuid", uuidOf(iface)] };
      const change = (kind: string, ref: readonly string[]) => ["ports", kind, ["set", [ref]]];
      stage.chassis.write([
        { op: "insert", table: "Port", row, "uuid-name": "port" },
        {
          op: "mutate",
          table: "Bridge",
          where: [["name", "==", BRIDGE]],
          mutations: [change("delete", ["uuid", uuidOf(port)]), change("insert", ["named-uuid", "port"])],
        },
      ]);
      return `by hand: the port of interface ${usualName(name)} is made anew around it`;
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
    run: (stage, [name = "", lport = "", plugged = ""]) => {
      addPort(stage, name, [
        ...(lport === "" ? [] : [["iface-id", lport] as const]),
        ...(plugged === "" ? [] : [["ovn-plugged", plugged] as const]),
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
  misconfigure: {
    weight: 2,
    isFault: true,
    args: (random) => [
      ...random.pick([
        ["chassis", "hv9"],
        ["chassis", CHASSIS],
        ["bridge", "br-none"],
        ["remote", NOBODY],
        ["remote", ""],
        ["additional_chassis", "false"],
      ]),
      outage(random),
    ],
    run: ({ daemons, southbound, world }, [key = "", value = "", ms = "0"]) => {
      daemons.reload({ [key]: value === "" ? reversed(southbound.remotes) : value });
      const usual = key === "additional_chassis" ? "true" : null;
      world.scheduler.after(Number(ms), () => daemons.reload({ [key]: usual }));
      return `the configuration says ${key}: ${value} for ${ms} ms`;
    },
  },
  rename: {
    weight: 2,
    isFault: true,
    args: (random) => [
      ...random.pick([
        ["system-id", "hv9"],
        ["ovn-bridge", "br-none"],
        ["ovn-remote", NOBODY],
        ["ovn-remote", ""],
      ]),
      outage(random),
    ],
    run: ({ chassis, southbound, world }, [key = "", value = "", ms = "0"]) => {
      chassis.setExternalId(key, value === "" ? reversed(southbound.remotes) : value);
      world.scheduler.after(Number(ms), () => chassis.setExternalId(key, chassis.names.get(key) ?? ""));
      return `by hand: external_ids:${key}=${value} for ${ms} ms`;
    },
  },
  bridge: {
    weight: 1,
    isFault: true,
    args: (random) => [random.pick(["0", outage(random)])],
    run: ({ chassis, world }, [ms = "0"]) => {
      chassis.deleteBridge();
      world.scheduler.after(Number(ms), () => chassis.addBridge());
      return `by hand: del-br ${BRIDGE}, and add-br after ${ms} ms`;
    },
  },
  command: {
    weight: 4,
    isFault: false,
    args: (random) => random.pick(COMMANDS).replace("LPORT", lport(random)).split(" "),
    run: ({ daemons }, [name = "", ...args]) => {
      daemons.command(name, args);
      return `somebody asks: ${[name, ...args].join(" ")}`;
    },
  },
};

/** Where nobody listens. */
const NOBODY = "tcp:10.9.9.9:6642";

const COMMANDS = [
  ...["sb-cluster-state-reset", "sb-cluster-state-reset", "inc-engine/recompute", "inc-engine/recompute"],
  ...["plug/show", "plug/show LPORT", "plug/explain LPORT", "plug/explain LPORT json", "plug/status text"],
  ...["plug/status", "inc-engine/show-stats", "inc-engine/clear-stats", "inc-engine/graph"],
  ...["inc-engine/verify", "connection-status", "coverage/show", "stopwatch/show", "memory/show"],
];

/** The members of a cluster in another order. */
function reversed(remotes: string): string {
  return remotes.split(",").reverse().join();
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

export function addPort({ chassis }: Stage, name: string, ids: readonly (readonly [string, string])[]): void {
  const row = { name, type: "internal", external_ids: mapJson(ids) };
  chassis.write([
    { op: "insert", table: "Interface", row, "uuid-name": "iface" },
    { op: "insert", table: "Port", row: { name, interfaces: ["named-uuid", "iface"] }, "uuid-name": "port" },
    {
      op: "mutate",
      table: "Bridge",
      where: [["name", "==", BRIDGE]],
      mutations: [["ports", "insert", ["set", [["named-uuid", "port"]]]]],
    },
  ]);
}

/**
 * Somebody edits by hand what the next transaction is about, before that arrives.
 *
 * @param whose the transaction is the next one about this port; unless given, of any port
 */
export function beQuicker(stage: Stage, what: string, whose?: string): void {
  const { checks, world } = stage;
  checks.onTransaction = (lports) => {
    const [lport = ""] = whose === undefined ? lports : lports.has(whose) ? [whose] : [];
    if (lport === "") return;
    checks.onTransaction = null;
    world.scheduler.after(0, () => {
      const done = OPERATOR[what === "unplug" || what === "remake" ? what : "hand"]?.run(stage, [
        lport,
        what,
        lport,
      ]);
      world.tell("step", `while a transaction is on its way: ${done}`);
    });
  };
}

/** Orders of events that single steps seldom make: several things that meet within a few milliseconds. */
import { BRIDGE, CHASSIS } from "../chassis.ts";
import { PLUG_TYPE, usualName } from "../devices.ts";
import { map, text, uuidOf } from "../rows.ts";
import { HOSTNAME, type Kinds, lport, newPort, outage, PASSING_HOSTNAMES, type Stage } from "./kind.ts";
import { addPort } from "./operator.ts";

export const ORDERS: Kinds = {
  bounce: {
    weight: 2,
    isFault: false,
    args: (random) => [
      lport(random),
      random.pick(["", "", "hv2", `hv2,${CHASSIS}`]),
      String(random.int(40)),
      String(20 + random.int(100)),
    ],
    run: (stage, [name = "", requested = "", ms = "0", lag = "0"]) => {
      const { cloud, world } = stage;
      if (!cloud.ports.has(name)) return "there is no such port";
      for (const connection of toSouthbound(stage)) connection.lag(Number(lag));
      cloud.recreate(name);
      world.scheduler.after(Number(ms), () =>
        cloud.setOption(name, "requested-chassis", requested === "" ? null : requested),
      );
      return `the binding of ${name} is deleted, made anew, and for ${requested || "anybody"} after ${ms} ms; questions take ${lag} ms`;
    },
  },
  rehost: {
    weight: 2,
    isFault: false,
    args: (random) => [
      lport(random),
      random.pick(PASSING_HOSTNAMES),
      random.pick(["before", "after"]),
      String(random.int(30)),
      outage(random),
    ],
    run: ({ cloud, chassis, world }, [name = "", hostname = "", whose = "", gap = "0", ms = "0"]) => {
      const { hostname: usual } = chassis;
      const { scheduler } = world;
      const renew = (requested: string) => {
        if (world.isCalm) return;
        cloud.set(name, cloud.ports.get(name) ?? newPort(requested, ""));
        cloud.setOption(name, "requested-chassis", requested);
        cloud.recreate(name);
      };
      const rename = () => {
        if (world.isCalm) return;
        chassis.setHostname(hostname);
        scheduler.after(Number(ms), () => chassis.setHostname(HOSTNAME));
      };
      if (whose === "before") {
        cloud.set(name, cloud.ports.get(name) ?? newPort(usual, ""));
        cloud.setOption(name, "requested-chassis", usual);
        // Until then it is bound here by that name.
        scheduler.after(300, rename);
        scheduler.after(300 + Number(gap), () => renew(usual));
        return `${name} is for ${usual}, and made anew ${gap} ms after the host is ${hostname}`;
      }
      renew(hostname);
      scheduler.after(Number(gap), rename);
      return `${name} is made anew for ${hostname}, which the host is ${gap} ms later`;
    },
  },
  obstacle: {
    weight: 3,
    isFault: true,
    args: (random) => [
      lport(random),
      random.pick(["provider", "withdrawn", "evacuated", "disabled"]),
      String(20 + random.int(300)),
      String(random.int(random.pick([5, 200]))),
    ],
    run: (stage, [name = "", what = "", gap = "0", ms = "0"]) => {
      const { world } = stage;
      const over = hold(stage, name, what);
      world.scheduler.after(Number(gap), () => {
        for (const connection of toSouthbound(stage)) connection.cut();
        world.tell("step", "every connection to the Southbound is cut");
      });
      world.scheduler.after(Number(gap) + Number(ms), () => {
        over();
        world.tell("step", "nothing is against unplugging any more");
      });
      return `something is against unplugging ${name}: ${what}`;
    },
  },
  fight: {
    weight: 1,
    isFault: false,
    args: (random) => [lport(random), random.pick(["dev0", "dev1"]), String(2 + random.int(5))],
    run: (stage, [name = "", other = "", times = "0"]) => {
      putInPlace(stage, name, other, Number(times), 100);
      return `another program puts interface ${other} in the place of ${name}'s, up to ${times} times`;
    },
  },
};

/** As by a program that looks every 100 ms, for so many times, and knows another name of the port's interface. */
function putInPlace(stage: Stage, name: string, other: string, times: number, looks: number): void {
  const { chassis, world } = stage;
  if (world.isCalm || times === 0 || looks === 0) return;
  const own = chassis.onBridge().find(({ iface, alone }) => {
    return (
      alone && text(iface, "name") === usualName(name) && map(iface, "external_ids").get("iface-id") === name
    );
  });
  if (own !== undefined) {
    const [where, ports] = [[["name", "==", BRIDGE]], ["set", [["uuid", uuidOf(own.port)]]]];
    chassis.write([{ op: "mutate", table: "Bridge", where, mutations: [["ports", "delete", ports]] }]);
    addPort(stage, other, [
      ["iface-id", name],
      ["ovn-plugged", PLUG_TYPE],
    ]);
    world.tell("step", `another program: interface ${other} takes the place of ${usualName(name)}`);
  }
  const left = own === undefined ? times : times - 1;
  world.scheduler.after(100, () => putInPlace(stage, name, other, left, looks - 1));
}

/** The port is to go, and cannot; answers how that ends. */
function hold({ cloud, daemons, devices }: Stage, name: string, what: string): () => void {
  const moveAway = () => cloud.setOption(name, "requested-chassis", "hv2");
  switch (what) {
    case "provider":
      devices.keep(name, true);
      moveAway();
      return () => devices.keep(name, false);
    case "withdrawn": {
      daemons.reload({ on_withdraw: "keep" });
      cloud.setOption(name, "vif-plug-type", null);
      return () => daemons.reload({ on_withdraw: "unplug" });
    }
    case "evacuated":
      for (const one of cloud.ports.keys()) cloud.setOption(one, "requested-chassis", "hv2");
      return () => daemons.confirm();
    default:
      daemons.enableProvider(false);
      moveAway();
      return () => daemons.enableProvider(true);
  }
}

/** The connections of every vifplugd to the Southbound. */
function toSouthbound({ southbound, vifplugds, world }: Stage) {
  const addresses = new Set(southbound.servers.map(({ address }) => address));
  const processes = new Set(vifplugds.map(({ process }) => process.name));
  return [...world.network.connections].filter(
    ({ address, client }) => addresses.has(address) && processes.has(client.name),
  );
}

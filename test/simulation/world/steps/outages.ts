/** Processes die or stand still, connections break, and databases come back as they were at another time. */
import { HOSTNAME, type Kinds, outage, PASSING_HOSTNAMES } from "./kind.ts";

export const OUTAGES: Kinds = {
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
    args: (random) => [random.pick([...PASSING_HOSTNAMES, HOSTNAME]), outage(random)],
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
    args: (random) => [random.pick(["kill", "halt", "convert"]), outage(random)],
    run: ({ chassis, world }, [what = "", ms = "0"]) => {
      if (what === "halt") chassis.server.halt(Number(ms));
      else if (what === "convert") {
        if (chassis.server.alive) chassis.server.server.convert(chassis.database);
        return "the local database is converted, to the schema that it has";
      } else {
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

/** What the cloud wants changes. */

import { CHASSIS } from "../chassis.ts";
import { PLUG_TYPE } from "../devices.ts";
import { type Kinds, lport, newPort, REQUESTED } from "./kind.ts";
import { beQuicker } from "./operator.ts";

export const CLOUD: Kinds = {
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
      world.scheduler.after(Number(ms), () => {
        if (!world.isCalm) cloud.set(name, port);
      });
      return `${name} is deleted, and there again after ${ms} ms`;
    },
  },
  reborn: {
    weight: 3,
    isFault: false,
    args: (random) => [
      lport(random),
      random.pick(["", "", "hv2", CHASSIS]),
      random.pick(["", "mtu", "option"]),
    ],
    run: (stage, [name = "", requested = "", hand = ""]) => {
      const { cloud } = stage;
      if (!cloud.ports.has(name)) return "there is no such port";
      cloud.setOption(name, "requested-chassis", requested === "" ? null : requested);
      cloud.recreate(name);
      if (hand !== "") beQuicker(stage, hand, name);
      return `the binding of ${name} is deleted, and made anew for ${requested || "anybody"}`;
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
};

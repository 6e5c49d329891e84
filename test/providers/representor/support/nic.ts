/** Ports and network devices as drivers show them, for tests to start from. */
import type { DevlinkPort } from "../../../../src/netlink/devlink.ts";
import type { Link } from "../../../../src/netlink/link.ts";

export const device = "pci/0000:03:00.0";
export const hostMac = "00:53:00:00:00:42";
export const uplinkMac = "00:53:00:00:00:01";

export function port(fields: Partial<DevlinkPort>): DevlinkPort {
  return {
    device,
    index: 0,
    flavour: "physical",
    number: null,
    controller: 0,
    external: false,
    pf: null,
    vf: null,
    sf: null,
    netdev: null,
    function: { hardwareAddress: null, active: null },
    ...fields,
  };
}

export function link(ifindex: number, name: string, fields: Partial<Link> = {}): Link {
  return {
    ifindex,
    name,
    address: null,
    permanentAddress: null,
    master: null,
    kind: null,
    portName: null,
    switchId: null,
    parent: null,
    devlinkPort: null,
    isUp: true,
    ...fields,
  };
}

export const uplink = port({ number: 0, netdev: { ifindex: 2, name: "p0" } });
export const uplinkLink = link(2, "p0", { address: "02:00:00:00:00:01", permanentAddress: uplinkMac });

/** A VF's representor on a hypervisor: index 100 + number, interface index 1000 + number. */
export function vf(number: number, fields: Partial<DevlinkPort> = {}): DevlinkPort {
  const netdev = { ifindex: 1000 + number, name: `pf0vf${number}` };
  return port({ index: 100 + number, flavour: "pcivf", pf: 0, vf: number, netdev, ...fields });
}

export function vfLink(number: number, name = `pf0vf${number}`): Link {
  return link(1000 + number, name);
}

/** The host's PF on a DPU. */
export const hostPf = port({
  index: 50,
  flavour: "pcipf",
  controller: 1,
  external: true,
  pf: 0,
  netdev: { ifindex: 50, name: "pf0hpf" },
  function: { hardwareAddress: hostMac, active: null },
});
export const hostPfLink = link(50, "pf0hpf");
export const ofHost = { controller: 1, external: true } as const;

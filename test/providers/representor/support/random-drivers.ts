/**
 * NICs that nobody has, composed as drivers compose what they tell: numbers, names, controllers, switches and addresses of
 * every kind, and for each function the representor that is right.
 *
 * Invariant: the kernel's tables contradict nothing that a driver would tell.
 */
import type { DevlinkPort } from "../../../../src/netlink/devlink.ts";
import type { Random } from "../../../support/random.ts";
import { PF, type RandomMachine, type Represented, sf, vf } from "./random-machine.ts";

export type Compose = (machine: RandomMachine, random: Random) => void;

/** mlx5 in a hypervisor: uplinks on devices of their own or parts of them, and from newer kernels on another PF's functions. */
function hypervisor(machine: RandomMachine, random: Random): void {
  const slot = machine.slot();
  const [isShared, isPart, tellsController] = [random.chance(0.3), random.chance(0.5), random.chance(0.8)];
  const isOnDomains = random.chance(0.3);
  const bond = random.chance(0.3) ? machine.address() : null;
  const count = 1 + random.int(2);
  for (let at = 0; at < count; at++) {
    const device = isOnDomains ? `pci/000${at}:${slot}:00.0` : `pci/0000:${slot}:00.${at}`;
    const pf = isOnDomains ? 0 : at;
    const place = { switchId: isShared ? slot : `${slot}0${at}`, parent: device };
    const part = isPart ? machine.part() : device;
    if (isPart && random.chance(0.5)) machine.nested[device] = [part];
    const up = { device: part, number: pf };
    const [, mac] = machine.addUplink(up, { ...place, portName: `p${pf}` }, bond);
    const whose = tellsController ? { controller: 0, external: false } : {};
    const functions = random.list(
      random.int(3),
      (number): Represented => ({
        option: vf(number),
        representor: machine.add(
          { device, flavour: "pcivf", pf, vf: number, ...whose },
          { ...place, portName: `pf${pf}vf${number}` },
        ),
      }),
    );
    if (random.chance(0.3)) {
      const own = { device, flavour: "pcisf", pf, sf: 5, ...whose } as const;
      functions.push({ option: sf(5), representor: machine.add(own, { ...place, portName: `pf${pf}sf5` }) });
    }
    const other = pf + 1 + random.int(2);
    for (let number = random.chance(0.2) ? random.int(3) : -1; number >= 0; number--) {
      const adjacent = { device, flavour: "pcivf", pf: other, vf: number, ...whose } as const;
      machine.add(adjacent, { ...place, portName: `pf${other}vf${number}` });
    }
    machine.pfs.push({ mac, device, controller: 0, functions });
    // A VF that this machine uses itself, as older kernels or newer ones tell.
    const used = `pci/0000:${slot}:0${1 + at}.2`;
    if (random.chance(0.3)) {
      const flavour = random.pick(["physical", "virtual"] as const);
      machine.addUplink({ device: used, flavour, number: 0 }, { portName: "p0", parent: used });
    }
  }
}

/** mlx5 on a DPU: functions of one or two hosts, of which more or less is told, and of the DPU itself. */
function dpu(machine: RandomMachine, random: Random): void {
  const slot = machine.slot();
  const [isShared, isPart, isOnDomains] = [random.chance(0.3), random.chance(0.5), random.chance(0.3)];
  const tellsController = random.chance(0.7);
  const namesController = tellsController || random.chance(0.5);
  const tellsAddress = tellsController && random.chance(0.6);
  const hosts = namesController ? 1 + random.int(2) : 1;
  const count = 1 + random.int(2);
  for (let pf = 0; pf < count; pf++) {
    const device = isOnDomains ? `pci/000${pf}:${slot}:00.0` : `pci/0000:${slot}:00.${pf}`;
    const place = { switchId: isShared ? slot : `${slot}0${pf}`, parent: device };
    const number = isOnDomains ? random.pick([0, pf]) : pf;
    const up = { device: isPart ? machine.part() : device, number };
    const [uplink, own] = machine.addUplink(up, { ...place, portName: `p${number}` });
    for (let controller = 1; controller <= hosts; controller++) {
      const mac = machine.address();
      const whose = tellsController ? { controller, external: true } : {};
      const prefix = namesController ? `c${controller}` : "";
      const told = { hardwareAddress: tellsAddress ? mac : null, active: null };
      const ofHost = (fields: Partial<DevlinkPort>, name: string) =>
        machine.add({ device, pf, ...whose, ...fields }, { ...place, portName: `${prefix}pf${pf}${name}` });
      const functions: Represented[] = [
        { option: PF, representor: ofHost({ flavour: "pcipf", function: told }, "") },
        ...random.list(random.int(3), (vfnum) => ({
          option: vf(vfnum),
          representor: ofHost({ flavour: "pcivf", vf: vfnum }, `vf${vfnum}`),
        })),
        ...(random.chance(0.3)
          ? [{ option: sf(5), representor: ofHost({ flavour: "pcisf", sf: 5 }, "sf5") }]
          : []),
      ];
      const pinned = { device, pf, ...(namesController ? { controller } : {}), mac };
      if (!tellsAddress && controller === 1 && random.chance(0.5)) machine.smartNic[uplink] = mac;
      else if (!tellsAddress && random.chance(0.5)) machine.pins.push(pinned);
      machine.pfs.push({ mac, device, controller: namesController ? controller : null, functions });
    }
    const functions = random.list(tellsController ? random.int(2) : 0, () => ({
      option: sf(5),
      representor: machine.add(
        { device, flavour: "pcisf", pf, sf: 5, controller: 0, external: false },
        { ...place, portName: `pf${pf}sf5` },
      ),
    }));
    machine.pfs.push({ mac: own, device, controller: tellsController ? 0 : null, functions });
  }
}

/** Intel's driver: one switch, and uplinks that have the number of the port, not of the PCI function. */
function ice(machine: RandomMachine, random: Random): void {
  const slot = machine.slot();
  const letter = random.pick(["", "r"]);
  const count = 1 + random.int(2);
  for (let pf = 0; pf < count; pf++) {
    const device = `pci/0000:${slot}:00.${pf}`;
    const place = { switchId: slot, parent: device };
    const number = pf === 0 ? 0 : random.pick([1, 4]);
    const [, mac] = machine.addUplink({ device, number }, { ...place, portName: `p${number}` });
    const functions = random.list(random.int(3), (vfnum) => ({
      option: vf(vfnum),
      representor: machine.add(
        { device, flavour: "pcivf", pf, vf: vfnum, controller: 0, external: false },
        { ...place, portName: `pf${pf}vf${letter}${vfnum}` },
      ),
    }));
    machine.pfs.push({ mac, device, controller: 0, functions });
  }
}

/** Broadcom's driver: names alone, one switch for all ports, and from newer kernels on parents. */
function bnxt(machine: RandomMachine, random: Random): void {
  const slot = machine.slot();
  const tellsParent = random.chance(0.5);
  const count = 1 + random.int(2);
  for (let pf = 0; pf < count; pf++) {
    const device = `pci/0000:${slot}:00.${pf}`;
    const up = { switchId: slot, portName: `p${pf}`, parent: device };
    const [, mac] = machine.addUplink({ device, number: pf }, up);
    const functions = random.list(random.int(3), (vfnum) => ({
      option: vf(vfnum),
      representor: machine.addUplink(null, {
        ...{ switchId: slot, portName: `pf${pf}vf${vfnum}`, parent: tellsParent ? device : null },
      })[0],
    }));
    machine.pfs.push({ mac, device, controller: 0, functions });
  }
}

/** Netronome's driver: names alone, several ports and one PF on a device. */
function nfp(machine: RandomMachine, random: Random): void {
  const slot = machine.slot();
  const device = `pci/0000:${slot}:00.0`;
  const place = { switchId: slot, parent: device };
  const represent = (portName: string) =>
    machine.add(null, { address: machine.address(), switchId: slot, portName });
  const [, mac] = machine.addUplink({ device, number: 0 }, { ...place, portName: "p0" });
  const [, second] = machine.addUplink({ device, number: 1 }, { ...place, portName: "p1" });
  machine.add(null, { address: machine.address(), parent: device });
  const functions = [
    { option: PF, representor: represent("pf0") },
    ...random.list(random.int(3), (number) => ({
      option: vf(number),
      representor: represent(`pf0vf${number}`),
    })),
  ];
  machine.pfs.push({ mac, device, controller: 0, functions });
  machine.pfs.push({ mac: second, device: "pci/none", controller: null, functions: [] });
}

/** AMD's driver: the port of the PF is the uplink; before Linux 6.3 names alone. */
function ef100(machine: RandomMachine, random: Random): void {
  const slot = machine.slot();
  const device = `pci/0000:${slot}:00.0`;
  const place = { switchId: slot, parent: device };
  const [hasPorts, hasHost] = [random.chance(0.7), random.chance(0.5)];
  const told = (fields: Partial<DevlinkPort>) => (hasPorts ? { device, pf: 0, ...fields } : null);
  const mac = machine.address();
  machine.add(told({ flavour: "pcipf", external: false, function: { hardwareAddress: mac, active: null } }), {
    ...place,
    address: mac,
    permanentAddress: mac,
    portName: "p0",
  });
  const vfs = (external: boolean, prefix: string) =>
    random.list(random.int(3), (number) => ({
      option: vf(number),
      representor: machine.add(told({ flavour: "pcivf", vf: number, external }), {
        ...{ ...place, portName: `${prefix}pf0vf${number}` },
      }),
    }));
  machine.pfs.push({ mac, device, controller: null, functions: vfs(false, "p0") });
  if (!hasHost) return;
  const represented = machine.add(told({ flavour: "pcipf", external: true }), {
    ...{ ...place, portName: "p0if1pf0" },
  });
  const functions = [{ option: PF, representor: represented }, ...vfs(true, "p0if1")];
  machine.pfs.push({ mac: machine.address(), device, controller: null, functions });
}

/** Marvell's driver: VFs counted from 1, several PFs on one device, and PFs' ports that are physical and represent the PFs. */
function octeon(machine: RandomMachine, random: Random): void {
  const slot = machine.slot();
  const device = `pci/0002:${slot}:00.0`;
  const place = { switchId: slot, parent: device };
  const tellsAddress = random.chance(0.5);
  machine.devices.push({ device, vf_base: 1 });
  const count = 1 + random.int(2);
  for (let pf = 1; pf <= count; pf++) {
    const mac = machine.address();
    const told = { hardwareAddress: tellsAddress ? mac : null, active: null };
    const functions = [
      {
        option: PF,
        representor: machine.add(
          { device, number: pf, function: told },
          { ...place, address: machine.address(), portName: `p${pf}` },
        ),
      },
      ...random.list(random.int(3), (at) => ({
        option: vf(at),
        representor: machine.add(
          { device, flavour: "pcivf", pf, vf: at + 1, controller: 0, external: false },
          { ...place, portName: `pf${pf}vf${at + 1}` },
        ),
      })),
    ];
    if (!tellsAddress && random.chance(0.7)) machine.pins.push({ device, pf, mac });
    machine.pfs.push({ mac, device, controller: count === 1 ? 0 : null, functions });
  }
}

export const DRIVERS: Readonly<Record<string, Compose>> = { hypervisor, dpu, ice, bnxt, nfp, ef100, octeon };

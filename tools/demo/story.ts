/** The story of the demo: the requests of the cloud and their outcomes, each seen in a database. */
import type { Chassis } from "../chassis/chassis.ts";

export interface Outcome {
  readonly says: string;
  /** A command that shows the outcome. Its words have no blanks. */
  readonly look: string;
  /** Resolves when the outcome has come true. */
  readonly comesTrue: (chassis: Chassis) => Promise<unknown>;
}

export interface Step {
  readonly title: string;
  readonly commands: readonly (readonly string[])[];
  readonly outcomes: readonly Outcome[];
}

export const port = "web1";
export const here = "hv1";
export const elsewhere = "hv2";

const seeInterface = `ovs-vsctl get Interface ${port} mtu external_ids:ovn-plugged`;
const seeBridge = "ovs-vsctl list-ports br-int";
const seePort = `ovn-nbctl get Logical_Switch_Port ${port} up`;

function options(chassis: string, mtu: number): readonly string[] {
  const wanted = [`requested-chassis=${chassis}`, "vif-plug-type=dummy", `vif-plug-mtu-request=${mtu}`];
  return ["ovn-nbctl", "lsp-set-options", port, ...wanted];
}

function pluggedWithMtu(mtu: number): Outcome["comesTrue"] {
  return (chassis) =>
    chassis.waitUntil("Open_vSwitch", "Interface", ["name", "mtu", "external_ids"], (rows) =>
      rows.some(
        (row) => row.name === port && row.mtu === mtu && row.external_ids.get("ovn-plugged") === "dummy",
      ),
    );
}

function unplugged(chassis: Chassis): Promise<unknown> {
  return chassis.waitUntil("Open_vSwitch", "Interface", ["name"], (rows) =>
    rows.every((row) => row.name !== port),
  );
}

function northboundSays(up: boolean): Outcome["comesTrue"] {
  return (chassis) =>
    chassis.waitUntil("OVN_Northbound", "Logical_Switch_Port", ["name", "up"], (rows) =>
      rows.some((row) => row.name === port && row.up === up),
    );
}

export const story: readonly Step[] = [
  {
    title: `1. The cloud creates a port and asks for it on chassis ${here}`,
    commands: [["ovn-nbctl", "ls-add", "sw0", "--", "lsp-add", "sw0", port], options(here, 1400)],
    outcomes: [
      {
        says: `vifplugd plugged ${port} into br-int, with MTU 1400`,
        look: seeInterface,
        comesTrue: pluggedWithMtu(1400),
      },
      {
        says: "OVN bound it: up=true in the Northbound database",
        look: seePort,
        comesTrue: northboundSays(true),
      },
    ],
  },
  {
    title: "2. The cloud changes the MTU",
    commands: [options(here, 1300)],
    outcomes: [
      {
        says: `vifplugd gave ${port} the new MTU`,
        look: seeInterface,
        comesTrue: pluggedWithMtu(1300),
      },
    ],
  },
  {
    title: `3. The cloud moves the port away, to chassis ${elsewhere}`,
    commands: [options(elsewhere, 1300)],
    outcomes: [
      {
        says: `vifplugd unplugged ${port}; OVN's tunnel to ${elsewhere} stays`,
        look: seeBridge,
        comesTrue: unplugged,
      },
      {
        says: "OVN released it: up=false in the Northbound database",
        look: seePort,
        comesTrue: northboundSays(false),
      },
    ],
  },
];

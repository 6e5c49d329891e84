/**
 * A place to measure: a chassis with plugged ports in its local database, with their port bindings and a few spare port bindings
 * in its Southbound, and with connections that write and watch. Only ovsdb-servers (and ovs-vswitchd, on request) run there until
 * a plugger starts.
 */
import { type Chassis, startChassis } from "../../tools/chassis/chassis.ts";
import { InterfaceWatch } from "./interface-watch.ts";
import { type Prepared, Wire } from "./wire.ts";

export const CHASSIS = "hv1";
/** Chassis without a host, where ports are before and after a step. */
const ELSEWHERE = ["hv2", "hv3"] as const;

/** A logical port whose binding the benchmark writes. */
export interface Lport {
  readonly name: string;
  readonly uuid: string;
}

export interface SiteOptions {
  readonly ports: number;
  readonly vswitchd: boolean;
  /** Logical ports that are requested at no chassis yet. */
  readonly spare: readonly string[];
}

export class Site {
  readonly chassis: Chassis;
  readonly southbound: Wire;
  readonly interfaces: InterfaceWatch;
  readonly bridge: string;
  readonly #chassisUuids: ReadonlyMap<string, string>;
  readonly #lports: ReadonlyMap<string, string>;

  private constructor(
    chassis: Chassis,
    southbound: Wire,
    interfaces: InterfaceWatch,
    bridge: string,
    chassisUuids: ReadonlyMap<string, string>,
    lports: ReadonlyMap<string, string>,
  ) {
    this.chassis = chassis;
    this.southbound = southbound;
    this.interfaces = interfaces;
    this.bridge = bridge;
    this.#chassisUuids = chassisUuids;
    this.#lports = lports;
  }

  static async start({ ports, vswitchd, spare }: SiteOptions): Promise<Site> {
    const chassis = await startChassis({ name: CHASSIS, controller: false, northd: false, vswitchd });
    try {
      await chassis.sbctl("chassis-add", CHASSIS, "geneve", "127.0.0.1");
      for (const name of ELSEWHERE) await chassis.addChassis(name);
      const chassisUuids = new Map(
        (await chassis.rows("OVN_Southbound", "Chassis", ["name"])).map(({ _uuid, name }) => [name, _uuid]),
      );
      const [bridge] = await chassis.rows("Open_vSwitch", "Bridge", ["name"]);
      const southbound = await Wire.open(chassis.sbSock);
      const names = Array.from({ length: ports }, (_, index) => `plugged${index}`);
      const lports = await fillSouthbound(southbound, chassisUuids, names, spare);
      await fillLocal(chassis.ovsSock, bridge?._uuid ?? "", names);
      const interfaces = await InterfaceWatch.open(chassis.ovsSock);
      return new Site(chassis, southbound, interfaces, bridge?._uuid ?? "", chassisUuids, lports);
    } catch (error) {
      await chassis.stop();
      throw error;
    }
  }

  lport(name: string): Lport {
    const uuid = this.#lports.get(name);
    if (uuid === undefined) throw new Error(`there is no logical port ${name} at this site`);
    return { name, uuid };
  }

  chassisUuid(name: string): string {
    return this.#chassisUuids.get(name) ?? "";
  }

  /** A commit that requests the ports at a chassis. "hv1" is the chassis of this site, which plugs the ports. */
  request(lports: readonly Lport[], at: "hv1" | "hv2" | "hv3", mtu?: number): Prepared {
    const requested = uuidOf(this.chassisUuid(at));
    const options = optionsAt(at, mtu);
    const updates = lports.map(({ uuid }) => ({
      op: "update",
      table: "Port_Binding",
      where: [["_uuid", "==", uuidOf(uuid)]],
      row: { requested_chassis: requested, options },
    }));
    return this.southbound.prepare("transact", ["OVN_Southbound", ...updates]);
  }

  /** This site, with writes to the Southbound through another server. Only its connection has to be closed separately. */
  async through(socket: string): Promise<Site> {
    const southbound = await Wire.open(socket);
    return new Site(this.chassis, southbound, this.interfaces, this.bridge, this.#chassisUuids, this.#lports);
  }

  /** The processes of the databases, without ovs-vswitchd, which never rests with thousands of ports. */
  get servers(): readonly number[] {
    return (["ovsdb-server", "ovnsb_db"] as const).map((name) => this.chassis.program(name).pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.southbound.close();
    this.interfaces.close();
    await this.chassis.stop();
  }
}

export function uuidOf(uuid: string): readonly ["uuid", string] {
  return ["uuid", uuid];
}

function optionsAt(chassis: string, mtu?: number) {
  const options = [
    ["requested-chassis", chassis],
    ["vif-plug-type", "dummy"],
  ];
  if (mtu !== undefined) options.push(["vif-plug-mtu-request", String(mtu)]);
  return ["map", options];
}

/** A port binding is found by ovn-controller as its own already: it would spend minutes on claiming thousands. */
async function fillSouthbound(
  southbound: Wire,
  chassis: ReadonlyMap<string, string>,
  plugged: readonly string[],
  spare: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const binding = (name: string, key: number, at: string, chassisRow: unknown) => ({
    op: "insert",
    table: "Port_Binding",
    row: {
      logical_port: name,
      datapath: ["named-uuid", "datapath"],
      tunnel_key: key,
      options: optionsAt(at),
      requested_chassis: uuidOf(chassis.get(at) ?? ""),
      chassis: chassisRow,
      up: chassisRow !== NOBODY,
    },
  });
  const here = uuidOf(chassis.get(CHASSIS) ?? "");
  const bindings = [
    ...plugged.map((name, index) => binding(name, index + 1, CHASSIS, here)),
    ...spare.map((name, index) => binding(name, plugged.length + index + 1, ELSEWHERE[0], NOBODY)),
  ];
  const knowsItsNorthd = [["options", "insert", ["map", [["northd_internal_version", "bench"]]]]];
  const { result } = await southbound.request("transact", [
    "OVN_Southbound",
    { op: "mutate", table: "SB_Global", where: [], mutations: knowsItsNorthd },
    { op: "insert", table: "Datapath_Binding", "uuid-name": "datapath", row: { tunnel_key: 1 } },
    ...bindings,
  ]);
  const uuids = (result as readonly { readonly uuid?: readonly [string, string] }[])
    .slice(2)
    .map(({ uuid }) => uuid?.[1] ?? "");
  return new Map([...plugged, ...spare].map((name, index) => [name, uuids[index] ?? ""]));
}

const NOBODY = ["set", []];

async function fillLocal(socket: string, bridge: string, names: readonly string[]): Promise<void> {
  const inserts = names.flatMap((name, index) => [
    {
      op: "insert",
      table: "Interface",
      "uuid-name": `iface${index}`,
      row: {
        name,
        type: "internal",
        options: ["map", [["vif-plug-dummy-option", "value"]]],
        external_ids: [
          "map",
          [
            ["iface-id", name],
            ["ovn-plugged", "dummy"],
            ["ovn-installed", "true"],
          ],
        ],
      },
    },
    {
      op: "insert",
      table: "Port",
      "uuid-name": `port${index}`,
      row: { name, interfaces: ["named-uuid", `iface${index}`] },
    },
  ]);
  const ports = ["set", names.map((_, index) => ["named-uuid", `port${index}`])];
  const wire = await Wire.open(socket);
  await wire.request("transact", [
    "Open_vSwitch",
    ...inserts,
    {
      op: "mutate",
      table: "Bridge",
      where: [["_uuid", "==", uuidOf(bridge)]],
      mutations: [["ports", "insert", ports]],
    },
  ]);
  wire.close();
}

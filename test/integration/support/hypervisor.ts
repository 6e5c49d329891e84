/**
 * A hypervisor: a throwaway OVN chassis with vifplugd on it, as the CMS and a local administrator see it.
 *
 * The chassis' own database server logs every request that it gets, so that what vifplugd writes, and that it writes
 * nothing, is the server's testimony and not a guess from the rows.
 */
import { type Chassis, type ChassisOptions, startChassis } from "../../../tools/chassis/chassis.ts";
import { baseConfig, startDaemon } from "../../../tools/chassis/daemon.ts";
import type { RowOf } from "../../../tools/chassis/databases.ts";
import type { Program } from "../../../tools/chassis/program.ts";
import type { Watch } from "../../../tools/chassis/watch.ts";
import { transact } from "./transact.ts";

const interfaceColumns = [
  ...(["name", "type", "options", "other_config", "external_ids"] as const),
  ...(["mtu_request", "mtu", "ofport", "error"] as const),
] as const;
type InterfaceColumn = (typeof interfaceColumns)[number];
export type Interface = RowOf<"Open_vSwitch", "Interface", InterfaceColumn>;

/** Options of a logical port; null takes one away. */
export type LportOptions = Readonly<Record<string, string | null>>;

/** Keys of the daemon's configuration. */
export type Config = Readonly<Record<string, unknown>>;

export interface HypervisorOptions extends ChassisOptions {
  /** Over the chassis' own remote and run directory, and the dummy provider. */
  readonly config?: Config;
  /** Starts vifplugd; true unless given. */
  readonly daemon?: boolean;
}

const chassisName = "hv1";
const logicalSwitch = "sw0";
/** What makes vifplugd plug a logical port here. */
const plugHere: LportOptions = { "requested-chassis": chassisName, "vif-plug-type": "dummy" };

/** Returns when vifplugd holds the lock and is in sync with both databases. */
export async function startHypervisor(options: HypervisorOptions = {}): Promise<Hypervisor> {
  const chassis = await startChassis({ ...options, name: chassisName });
  try {
    const hypervisor = new Hypervisor(chassis);
    await Promise.all([hypervisor.logRequests(), chassis.nbctl("ls-add", logicalSwitch)]);
    if (options.daemon !== false) await hypervisor.startDaemon(options.config);
    return hypervisor;
  } catch (error) {
    await chassis.stop();
    throw error;
  }
}

export class Hypervisor {
  readonly chassis: Chassis;
  #interfaces: Watch<"Open_vSwitch", "Interface", InterfaceColumn>;
  #daemon: Program | null = null;
  #fences = 0;
  #reads = 0;

  constructor(chassis: Chassis) {
    this.chassis = chassis;
    this.#interfaces = chassis.watch("Open_vSwitch", "Interface", interfaceColumns);
  }

  get daemon(): Program {
    if (this.#daemon === null) throw new Error("vifplugd was not started on this hypervisor");
    return this.#daemon;
  }

  /** Starts vifplugd (again) and returns when it holds the lock and is in sync with both databases. */
  async startDaemon(config?: Config): Promise<Program> {
    const daemon = await this.launchDaemon(config);
    await Promise.all([daemon.waitLog(/: holding the lock/), daemon.waitLog(/OVN_Southbound: in sync/)]);
    return daemon;
  }

  /** Starts vifplugd (again) and returns at once. @param through a program that runs it, with that program's arguments */
  async launchDaemon(config: Config = {}, through: readonly string[] = []): Promise<Program> {
    const { chassis } = this;
    this.#daemon = await startDaemon({
      chassis,
      config: { ...baseConfig(chassis), providers: [{ type: "dummy" }], ...config },
      through,
    });
    return this.#daemon;
  }

  /** Starts another vifplugd, which has the same run directory, and returns at once. */
  launchSecond(): Promise<Program> {
    const { chassis } = this;
    const config = { ...baseConfig(chassis), providers: [{ type: "dummy" }] };
    return startDaemon({ chassis, config, name: "second" });
  }

  /** Starts the local database's server again, on the database as it was left. */
  async restartDatabase(): Promise<void> {
    this.#interfaces.close();
    await this.chassis.start("ovsdb-server");
    await this.logRequests();
    this.watchAnew();
  }

  /** The local database's server has ended what was watched there, and serves the database again. */
  watchAnew(): void {
    this.#interfaces.close();
    this.#interfaces = this.chassis.watch("Open_vSwitch", "Interface", interfaceColumns);
  }

  async logRequests(): Promise<void> {
    await this.chassis.appctl("ovsdb-server", "vlog/set", "jsonrpc:console:dbg");
  }

  /** Adds logical ports in one transaction; each is to be plugged here unless its options say otherwise. */
  async addLports(lports: Readonly<Record<string, LportOptions>>): Promise<void> {
    const commands = Object.entries(lports).flatMap(([lport, options]) => [
      ...["--", "lsp-add", logicalSwitch, lport],
      ...setOptions(lport, { ...plugHere, ...options }),
    ]);
    await this.chassis.nbctl(...commands);
  }

  addLport(lport: string, options: LportOptions = {}): Promise<void> {
    return this.addLports({ [lport]: options });
  }

  /** Adds a logical port and returns its interface when it is plugged and ovn-controller has installed it. */
  async addPlugged(lport: string, options: LportOptions = {}): Promise<Interface> {
    await this.addLport(lport, options);
    return this.installed(lport);
  }

  async setLport(lport: string, options: LportOptions): Promise<void> {
    await this.chassis.nbctl(...setOptions(lport, options));
  }

  async deleteLport(lport: string): Promise<void> {
    await this.chassis.nbctl("lsp-del", lport);
  }

  /** Gives the host another name; returns when ovn-controller has told the Southbound. */
  async setHostname(hostname: string): Promise<void> {
    const { chassis } = this;
    await chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:hostname=${hostname}`);
    await chassis.waitUntil("OVN_Southbound", "Chassis", ["name", "hostname"], (rows) =>
      rows.some((row) => row.name === chassisName && row.hostname === hostname),
    );
  }

  /** Changes an interface by hand: `COLUMN[:KEY]=VALUE`... */
  async setInterface(name: string, ...settings: readonly string[]): Promise<void> {
    await this.chassis.vsctl("--no-wait", "set", "Interface", name, ...settings);
  }

  /** Adds an internal interface by hand: `COLUMN[:KEY]=VALUE`... */
  async addInterface(bridge: string, name: string, ...settings: readonly string[]): Promise<void> {
    const row = ["--", "set", "Interface", name, "type=internal", ...settings];
    await this.chassis.vsctl("--no-wait", "add-port", bridge, name, ...row);
  }

  /** Resolves with the interface of that name when it exists and satisfies the predicate. */
  async interface(name: string, predicate: (row: Interface) => boolean = () => true): Promise<Interface> {
    const rows = await this.#interfaces.until((all) =>
      all.some((row) => row.name === name && predicate(row)),
    );
    const [found] = rows.filter((row) => row.name === name);
    if (found === undefined) throw new Error(`no interface ${name}`);
    return found;
  }

  /** As `interface`, for many at once. */
  async interfaces(
    names: readonly string[],
    predicate: (row: Interface) => boolean = () => true,
  ): Promise<readonly Interface[]> {
    const good = (rows: readonly Interface[]) =>
      new Map(rows.filter(predicate).map((row) => [row.name, row] as const));
    const rows = await this.#interfaces.until((all) => {
      const found = good(all);
      return names.every((name) => found.has(name));
    });
    const found = good(rows);
    return names.flatMap((name) => found.get(name) ?? []);
  }

  installed(name: string): Promise<Interface> {
    return this.interface(name, isInstalled);
  }

  /** As `installed`, for many at once. */
  allInstalled(names: readonly string[]): Promise<readonly Interface[]> {
    return this.interfaces(names, isInstalled);
  }

  /** Resolves when vifplugd has removed the interface of that name, even one that was gone before anybody saw it. */
  async gone(name: string): Promise<void> {
    await this.chassis.program("ovsdb-server").waitLog(removalOf(name));
    await this.#interfaces.until((rows) => rows.every((row) => row.name !== name));
  }

  /**
   * The interfaces that carry the iface-id of one of the logical ports, as they are now in the database. What is watched may come later
   * than a line of vifplugd's log.
   */
  async interfacesOf(...lports: readonly string[]): Promise<readonly Interface[]> {
    const rows = await this.chassis.rows("Open_vSwitch", "Interface", interfaceColumns);
    return rows.filter((row) => lports.includes(row.external_ids.get("iface-id") ?? ""));
  }

  /**
   * The transactions, in the order in which the server got them, that vifplugd sent and that name one of the interfaces; each
   * once.
   */
  async writesTo(...names: readonly string[]): Promise<readonly string[]> {
    const written = names.map((name) => `"name":${JSON.stringify(name)}`);
    return (await this.#told()).filter((request) => written.some((name) => request.includes(name)));
  }

  /** Every transaction that vifplugd has sent until now, whatever became of it. */
  async writes(): Promise<readonly string[]> {
    const server = this.chassis.program("ovsdb-server");
    // The log has to be read so far that a request of now is in it.
    const mark = `read${++this.#reads}`;
    const read = { op: "select", table: "Interface", where: [["name", "==", mark]] };
    await transact(this.chassis.socket("Open_vSwitch"), "Open_vSwitch", [read]);
    await server.waitLog(new RegExp(`method="transact".*"${mark}"`));
    return server.lines.filter((line) => transactPattern.test(line));
  }

  /** Those of them that take a port out of the bridge. */
  async removals(): Promise<readonly string[]> {
    return (await this.#told()).filter((request) => request.includes('["ports","delete"'));
  }

  /** `writes`, of which there has to be one: that the log tells of none of some kind says nothing where it tells of nothing. */
  async #told(): Promise<readonly string[]> {
    const writes = await this.writes();
    if (writes.length === 0) throw new Error("the log of ovsdb-server tells of no transaction of vifplugd");
    return writes;
  }

  /**
   * Returns when vifplugd has dealt with everything that happened before, and the server's log tells of it: a port is
   * plugged and unplugged. When that is seen to be plugged, the rest of what is in the local database is on its way
   * to vifplugd already, and so it has arrived when the port's removal is decided.
   */
  async settle(): Promise<void> {
    const fence = `fence${++this.#fences}`;
    await this.addLport(fence);
    await this.interface(fence);
    await this.deleteLport(fence);
    await this.gone(fence);
  }

  /**
   * Returns when vifplugd has dealt with everything that happened before in the local database, for when the
   * Southbound is not there to `settle`: a change by hand to a port that is wanted here is put back.
   */
  async settleLocally(plugged: string): Promise<void> {
    const value = `fence${++this.#fences}`;
    await this.setInterface(plugged, `options:vif-plug-dummy-option=${value}`);
    const putBack = new RegExp(`${transactPattern.source}(?=.*"${value}")`);
    await this.chassis.program("ovsdb-server").waitLog(putBack);
    await this.interface(plugged, (row) => row.options.get("vif-plug-dummy-option") === "value");
  }

  stop(): Promise<void> {
    return this.chassis.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function isInstalled({ external_ids, ofport }: Interface): boolean {
  return external_ids.has("ovn-installed") && ofport !== null && ofport > 0;
}

const transactPattern = /method="transact"(?=.*"lock":"vifplugd_)/;

function removalOf(name: string): RegExp {
  const named = RegExp.escape(`"name":${JSON.stringify(name)}`);
  return new RegExp(`${transactPattern.source}(?=.*${named})(?=.*"ports","delete")`);
}

function setOptions(lport: string, options: LportOptions): readonly string[] {
  return Object.entries(options).flatMap(([key, value]) =>
    value === null
      ? ["--", "remove", "Logical_Switch_Port", lport, "options", key]
      : [
          "--",
          "set",
          "Logical_Switch_Port",
          lport,
          `options:${JSON.stringify(key)}=${JSON.stringify(value)}`,
        ],
  );
}

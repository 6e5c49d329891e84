/**
 * A chassis with vifplugd on it whose programs can be killed, stopped and brought back, and what is known about each.
 *
 * Every server of the local database that there was logs the requests it gets, and `serverLog` is what all of them said.
 */
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Chassis, startChassis } from "../../tools/chassis/chassis.ts";
import { baseConfig, configPath, startDaemon } from "../../tools/chassis/daemon.ts";
import type { Program } from "../../tools/chassis/program.ts";
import { commandLine, databases, type ProgramName } from "../../tools/chassis/programs.ts";
import { Agent } from "./agent.ts";
import { readJournal, type StoredTransaction } from "./journal.ts";
import { complaints, type Iface, type World } from "./oracle.ts";

export const chassisName = "hv1";
export const elsewhere = "hv2";

export type Actor = ProgramName | "vifplugd";
export const actors: readonly Actor[] = [
  "vifplugd",
  "ovn-controller",
  "ovs-vswitchd",
  "ovn-northd",
  "ovsdb-server",
  "ovnnb_db",
  "ovnsb_db",
];

/** The plug types that are enabled; none: no provider is. */
export type ProviderSetting = readonly string[];

/** The plug type of which the provider's file says who has which interface. */
export const byTable = "table";
/** The plug type whose provider is a program, which is another one from time to time (agent.py). */
export const byAgent = "agent";

function isDatabase(actor: ProgramName): boolean {
  return Object.values(databases).some(({ server }) => server === actor);
}

export class Stage {
  readonly chassis: Chassis;
  readonly agent: Agent;
  readonly #stopped = new Set<Actor>();
  readonly #logs: Program[] = [];
  readonly #daemons: Program[] = [];
  /** The files of Southbounds that were there before the one that there is. */
  readonly #former: string[] = [];
  #names: ReadonlyMap<string, string> = new Map();
  /** How many folders the table's file was in before. */
  #folders = 0;
  #thief: Program | null = null;
  #plugTypes: ProviderSetting;

  private constructor(chassis: Chassis, plugTypes: ProviderSetting) {
    this.chassis = chassis;
    this.agent = new Agent(join(chassis.dir, "agent"));
    this.#plugTypes = plugTypes;
  }

  static async start(plugTypes: ProviderSetting): Promise<Stage> {
    const chassis = await startChassis({ name: chassisName });
    try {
      const stage = new Stage(chassis, plugTypes);
      await stage.#logRequests();
      await chassis.addChassis(elsewhere);
      await chassis.nbctl("ls-add", "sw0");
      await mkdir(dirname(stage.#table));
      await stage.setNames(new Map());
      await stage.agent.install(0);
      await stage.revive("vifplugd");
      return stage;
    } catch (error) {
      await chassis.stop();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agent.signal("SIGKILL");
    await this.chassis.stop();
  }

  /** It runs, and does not stand still. */
  works(actor: Actor): boolean {
    return this.isAlive(actor) && !this.#stopped.has(actor);
  }

  isAlive(actor: Actor): boolean {
    const all = actor === "vifplugd" ? this.#daemons.at(-1) : this.chassis.program(actor);
    return all !== undefined && all.status === undefined;
  }

  /** Resolves when one of those that run has ended. */
  async nextEnd(): Promise<void> {
    const running = actors.filter((actor) => this.isAlive(actor));
    await Promise.race(running.map((actor) => this.#program(actor).exited));
  }

  async kill(actor: Actor): Promise<void> {
    const program = this.#program(actor);
    program.kill("SIGKILL");
    await program.exited;
    // One that stands still does not see that nobody is there to talk to.
    if (actor === "vifplugd") this.agent.signal("SIGKILL");
    this.#stopped.delete(actor);
  }

  /** As after an upgrade of its package: ovn-controller removes its Chassis row, and vifplugd leaves all as it is. */
  async end(actor: "ovn-controller" | "vifplugd"): Promise<void> {
    await this.#program(actor).stop("SIGTERM");
  }

  halt(actor: Actor): void {
    this.#program(actor).kill("SIGSTOP");
    this.#stopped.add(actor);
  }

  resume(actor: Actor): void {
    if (!this.#stopped.delete(actor)) return;
    this.#program(actor).kill("SIGCONT");
  }

  /** Starts it if it does not run. */
  async revive(actor: Actor): Promise<void> {
    if (actor === "vifplugd") {
      if (this.isAlive(actor)) return;
      const config = this.#config();
      const { chassis } = this;
      const daemon = await startDaemon({ chassis, config, args: ["--verify-every", "20"] });
      this.#daemons.push(daemon);
      // From here on a signal reaches the daemon, and not a program that is still being loaded.
      await daemon.waitLog(/ main: vifplugd \S+ starts$/);
    } else if (!this.isAlive(actor)) {
      // Only a database's server needs nobody else to be ready.
      if (isDatabase(actor)) await this.chassis.start(actor);
      else this.chassis.spawn(actor, commandLine(actor, this.chassis.dir));
      if (actor === "ovsdb-server") await this.#logRequests();
    }
  }

  /** Which interface each logical port has whose plug type is `table`. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  async setNames(names: ReadonlyMap<string, string>): Promise<void> {
    this.#names = names;
    const lines = Array.from(names, ([lport, name]) => [lport, { name, type: "internal" }]);
    await Bun.write(`${this.#table}.new`, JSON.stringify(Object.fromEntries(lines)));
    await rename(`${this.#table}.new`, this.#table);
  }

  /** Another folder is put in the place of the one that the table's file is in. */
  async replaceTableFolder(): Promise<void> {
    const folder = dirname(this.#table);
    const former = `${folder}.${++this.#folders}`;
    await mkdir(`${folder}.new`);
    await copyFile(this.#table, `${folder}.new/${basename(this.#table)}`);
    await rename(folder, former);
    await rename(`${folder}.new`, folder);
    await rm(former, { recursive: true });
  }

  /** The database is taken off its server, which goes on, and given back. */
  async takeOff(database: "Open_vSwitch" | "OVN_Southbound"): Promise<void> {
    const { server, file } = databases[database];
    await this.chassis.appctl(server, "ovsdb-server/remove-db", database);
    await this.chassis.appctl(server, "ovsdb-server/add-db", join(this.chassis.dir, file));
  }

  /** Somebody has vifplugd's lock until `endThief`, or until the server ends. */
  startThief(): void {
    const command = ["ovsdb-client", "steal", `unix:${this.chassis.ovsSock}`, `vifplugd_${chassisName}`];
    this.#thief = this.chassis.spawn("thief", command);
  }

  async endThief(): Promise<void> {
    await this.#thief?.stop("SIGKILL");
    this.#thief = null;
  }

  /** The Southbound is built anew, and what else is in it than ovn-northd and this chassis put there. */
  async rebuildSouthbound(): Promise<void> {
    this.#former.push(await this.chassis.rebuild("OVN_Southbound"));
    await this.chassis.addChassis(elsewhere);
  }

  get #table(): string {
    return join(this.chassis.dir, "table", "ports.yaml");
  }

  /** Enables the providers of these plug types, or none; without a restart when vifplugd runs. */
  async setProviders(plugTypes: ProviderSetting): Promise<void> {
    this.#plugTypes = plugTypes;
    await Bun.write(configPath(this.chassis), JSON.stringify(this.#config()));
    this.reload();
  }

  /** vifplugd reads its configuration anew, if it runs. */
  reload(): void {
    if (this.isAlive("vifplugd")) this.#program("vifplugd").kill("SIGHUP");
  }

  /**
   * Returns when a further port has been plugged and unplugged: everybody works again, and everything that was asked
   * for before has been seen by everybody.
   */
  async fence(within: number): Promise<void> {
    const { chassis } = this;
    const options = [`options:requested-chassis=${chassisName}`, "options:vif-plug-type=dummy"];
    const isThere = (rows: readonly { readonly name: string }[]) => rows.some(({ name }) => name === "fence");
    await chassis.nbctl("lsp-add", "sw0", "fence", "--", "set", "Logical_Switch_Port", "fence", ...options);
    await chassis.waitUntil("Open_vSwitch", "Interface", ["name"], isThere, within);
    await chassis.nbctl("lsp-del", "fence");
    await chassis.waitUntil("Open_vSwitch", "Interface", ["name"], (rows) => !isThere(rows), within);
  }

  /** Everything is as it has to be: it says what is not. */
  async complaints(): Promise<readonly string[]> {
    const { chassis } = this;
    const [rows, bindings, interfaces, ports, bridges] = await Promise.all([
      chassis.rows("OVN_Southbound", "Chassis", ["name"]),
      chassis.rows("OVN_Southbound", "Port_Binding", [
        ...(["logical_port", "type", "parent_port", "options"] as const),
        ...(["requested_chassis", "requested_additional_chassis"] as const),
      ]),
      chassis.rows("Open_vSwitch", "Interface", ["name", "type", "options", "external_ids", "mtu_request"]),
      chassis.rows("Open_vSwitch", "Port", ["interfaces"]),
      chassis.rows("Open_vSwitch", "Bridge", ["name", "ports"]),
    ]);
    const self = rows.find(({ name }) => name === chassisName);
    if (self === undefined) return ["the Southbound has no Chassis row"];
    const inBridge = bridges.find(({ name }) => name === "br-int")?.ports ?? new Set();
    const alone = new Set(
      ports
        .filter((port) => inBridge.has(port._uuid) && port.interfaces.size === 1)
        .flatMap((port) => [...port.interfaces]),
    );
    const isOnBridge = (iface: Iface) => [...alone].some((uuid) => uuid === iface._uuid);
    const world: World = {
      chassis: self,
      bindings,
      onBridge: interfaces.filter(isOnBridge),
      elsewhere: interfaces.filter((iface) => !isOnBridge(iface)),
      plugTypes: new Set(this.#plugTypes),
      names: this.#names,
      agentGeneration: this.agent.generation,
    };
    return complaints(world);
  }

  /** Everything that was ever stored in the local database. */
  localJournal(): Promise<readonly StoredTransaction[]> {
    return readJournal(join(this.chassis.dir, databases.Open_vSwitch.file));
  }

  /** Everything that was ever stored in each Southbound that there was, the oldest first. */
  southboundJournals(): Promise<readonly (readonly StoredTransaction[])[]> {
    const files = [...this.#former, join(this.chassis.dir, databases.OVN_Southbound.file)];
    return Promise.all(files.map((file) => readJournal(file)));
  }

  /** What every server of the local database has said. */
  get serverLogs(): readonly (readonly string[])[] {
    return this.#logs.map(({ lines }) => lines);
  }

  /** The end of what every program but vifplugd has said. */
  tails(): readonly string[] {
    return actors.flatMap((actor) => (actor === "vifplugd" ? [] : [this.chassis.program(actor).tail()]));
  }

  /** How every vifplugd ended. */
  get daemonEnds() {
    return this.#daemons.map(({ status }) => status);
  }

  /** What every vifplugd has said. */
  get daemonLog(): readonly string[] {
    return this.#daemons.flatMap(({ lines }) => lines);
  }

  #program(actor: Actor): Program {
    const daemon = this.#daemons.at(-1);
    if (actor !== "vifplugd") return this.chassis.program(actor);
    if (daemon === undefined) throw new Error("vifplugd was not started");
    return daemon;
  }

  async #logRequests(): Promise<void> {
    this.#logs.push(this.chassis.program("ovsdb-server"));
    await this.chassis.appctl("ovsdb-server", "vlog/set", "jsonrpc:console:dbg");
  }

  #config() {
    const match = this.#plugTypes.filter((plugType) => plugType !== byTable && plugType !== byAgent);
    const dummy = match.length === 0 ? [] : [{ type: "dummy", match }];
    const table = this.#plugTypes.includes(byTable) ? [{ type: byTable, file: this.#table }] : [];
    const agent = this.#plugTypes.includes(byAgent) ? [{ type: byAgent, command: [this.agent.path] }] : [];
    return { ...baseConfig(this.chassis), providers: [...dummy, ...table, ...agent] };
  }
}

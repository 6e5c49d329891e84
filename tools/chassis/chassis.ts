/**
 * A throwaway OVN chassis: real, unmodified programs in a temporary folder, on unix sockets only.
 *
 * Each database is a process of its own, so that each can be killed. The sockets carry the names that the OVS and OVN
 * tools expect, so with `chassis.env` the tools need no options. A chassis changes nothing of the system, and several chassis
 * can run side by side. However this process ends, the programs end with it and the folder is removed.
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undoAtExit } from "../cleanup.ts";
import type { ColumnOf, DatabaseName, RowOf, TableOf } from "./databases.ts";
import { Program, run } from "./program.ts";
import {
  commandLine,
  controlTarget,
  type DatabaseFiles,
  databases,
  environment,
  type ProgramName,
  readyLine,
} from "./programs.ts";
import { Watch } from "./watch.ts";

export interface ChassisOptions {
  /** The name of the chassis in the Southbound database; "hv1" unless given. */
  readonly name?: string;
  /** Runs ovn-controller; true unless given. */
  readonly controller?: boolean;
  /** Runs ovs-vswitchd with the dummy datapath; true unless given. */
  readonly vswitchd?: boolean;
  /** Runs ovn-northd; true unless given. */
  readonly northd?: boolean;
}

/** Starts a chassis and returns when it is ready for work; throws, with nothing left behind, when it cannot. */
export function startChassis(options: ChassisOptions = {}): Promise<Chassis> {
  return Chassis.start(options);
}

/** The limit for programs that could wait for ever; long, because an emulated machine on a busy host answers late. */
const BOUNDED = "--timeout=50";

export class Chassis {
  readonly name: string;
  /** The folder of the chassis, with the databases and the configuration. */
  readonly dir: string;
  /** The folder with the sockets and the pid files. */
  readonly runDir: string;
  /** The environment of programs that talk to this chassis. */
  readonly env: Readonly<Record<string, string>>;
  readonly #programs = new Map<string, Program>();
  readonly #watches = new Set<Disposable>();
  readonly #forget: () => void;
  #chassisCount = 1;
  #stopped = false;
  /** The number of databases that were replaced. */
  #rebuilt = 0;

  private constructor(dir: string, name: string) {
    this.name = name;
    this.dir = dir;
    this.runDir = join(dir, "run");
    this.env = environment(dir);
    this.#forget = undoAtExit(() => this.#remove());
  }

  /** See `startChassis`. */
  static async start(options: ChassisOptions): Promise<Chassis> {
    // A socket's path is limited to 107 bytes (unix(7)), which a long TMPDIR would exceed.
    const base = tmpdir().length <= 60 ? tmpdir() : "/tmp";
    const chassis = new Chassis(await mkdtemp(join(base, "vifplugd-")), options.name ?? "hv1");
    try {
      await chassis.#bringUp(options);
      return chassis;
    } catch (error) {
      await chassis.stop();
      throw error;
    }
  }

  /** The local Open_vSwitch database's socket. */
  get ovsSock(): string {
    return this.socket("Open_vSwitch");
  }

  get nbSock(): string {
    return this.socket("OVN_Northbound");
  }

  get sbSock(): string {
    return this.socket("OVN_Southbound");
  }

  socket(database: DatabaseName): string {
    return join(this.runDir, databases[database].socket);
  }

  vsctl(...args: readonly string[]): Promise<string> {
    return run(["ovs-vsctl", BOUNDED, ...args], this.env);
  }

  nbctl(...args: readonly string[]): Promise<string> {
    return run(["ovn-nbctl", BOUNDED, ...args], this.env);
  }

  sbctl(...args: readonly string[]): Promise<string> {
    return run(["ovn-sbctl", BOUNDED, ...args], this.env);
  }

  /** @param target a program of this chassis, or another program with a pid file in the run directory */
  appctl(target: ProgramName | (string & {}), ...args: readonly string[]): Promise<string> {
    return run(["ovs-appctl", BOUNDED, "-t", controlTarget(target, this.dir), ...args], this.env);
  }

  /** Adds a Chassis row without a host, so that a port can move there. */
  async addChassis(name: string): Promise<void> {
    this.#chassisCount++;
    await this.sbctl("chassis-add", name, "geneve", `127.0.0.${this.#chassisCount}`);
  }

  /** A view of a table that stays current until it is closed or the chassis stops. */
  watch<D extends DatabaseName, T extends TableOf<D>, C extends ColumnOf<D, T>>(
    database: D,
    table: T,
    columns: readonly C[],
  ): Watch<D, T, C> {
    const watch = new Watch(this.socket(database), [database, table, columns]);
    this.#watches.add(watch);
    return watch;
  }

  /** Waits until the rows of a table satisfy the predicate, and returns them. */
  async waitUntil<D extends DatabaseName, T extends TableOf<D>, C extends ColumnOf<D, T>>(
    database: D,
    table: T,
    columns: readonly C[],
    predicate: (rows: readonly RowOf<D, T, C>[]) => boolean,
    within?: number,
  ): Promise<readonly RowOf<D, T, C>[]> {
    const watch = this.watch(database, table, columns);
    try {
      return await watch.until(predicate, within);
    } finally {
      watch.close();
      this.#watches.delete(watch);
    }
  }

  /** The present rows of a table. */
  rows<D extends DatabaseName, T extends TableOf<D>, C extends ColumnOf<D, T>>(
    database: D,
    table: T,
    columns: readonly C[],
  ): Promise<readonly RowOf<D, T, C>[]> {
    return this.waitUntil(database, table, columns, () => true);
  }

  /** The content of a database, as `ovsdb-client dump` prints it, to compare two moments. */
  dump(database: DatabaseName): Promise<string> {
    return run(["ovsdb-client", BOUNDED, "dump", `unix:${this.socket(database)}`, database], this.env);
  }

  /** Converts a database to the schema in a file, while its server runs. */
  async convert(database: DatabaseName, schema: string): Promise<void> {
    const socket = `unix:${this.socket(database)}`;
    await run(["ovsdb-client", "--timeout=30", "convert", socket, schema], this.env, 35_000);
  }

  /** The transactions that a database has stored, a text each: number, time, comment, and the rows that changed. */
  async transactions(database: DatabaseName): Promise<readonly string[]> {
    const log = await run(
      ["ovsdb-tool", "-m", "show-log", join(this.dir, databases[database].file)],
      this.env,
    );
    return log.split(/^(?=record \d+: )/m).filter((record) => !/^record \d+: "/.test(record));
  }

  program(name: ProgramName): Program {
    const program = this.#programs.get(name);
    if (program === undefined) throw new Error(`${name} was not started on chassis ${this.name}`);
    return program;
  }

  /** Sends a signal to a program; with SIGKILL it returns when the program is gone. */
  async kill(name: ProgramName, signal: NodeJS.Signals): Promise<void> {
    this.program(name).kill(signal);
    if (signal === "SIGKILL") await this.program(name).exited;
  }

  /** Sends a signal to every program: from SIGSTOP to SIGCONT the whole chassis stands still. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    for (const program of this.#programs.values()) program.kill(signal);
  }

  /** Ends one program by SIGTERM; without a name, ends everything that runs here and removes the folder. */
  async stop(name?: ProgramName): Promise<void> {
    if (name !== undefined) {
      await this.program(name).stop();
      return;
    }
    this.#forget();
    this.#remove();
    await Promise.all([...this.#programs.values()].map((program) => program.exited));
    // A program may have written a file between the first removal and its end.
    removeFolder(this.dir);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Starts a program of the chassis (again); a database server and ovs-vswitchd serve when this returns. */
  async start(name: ProgramName): Promise<Program> {
    const program = this.spawn(name, commandLine(name, this.dir));
    const line = readyLine[name];
    if (line !== undefined) await program.waitLog(line);
    return program;
  }

  /**
   * Replaces a database by an empty one, as a person does who builds a database anew.
   * @returns the file with the former database
   */
  async rebuild(database: DatabaseName): Promise<string> {
    const { server, file } = databases[database];
    await this.kill(server, "SIGKILL");
    const before = join(this.dir, `${file}.${++this.#rebuilt}`);
    await rename(join(this.dir, file), before);
    await this.#startDatabase(databases[database]);
    return before;
  }

  /** Runs another program in the environment of this chassis. The program ends with the chassis. */
  spawn(name: string, argv: readonly string[]): Program {
    if (this.#stopped) throw new Error(`chassis ${this.name} was stopped before it could start ${name}`);
    const before = this.#programs.get(name);
    if (before !== undefined && before.status === undefined) throw new Error(`${name} is still running`);
    const program = new Program({ name, argv, env: this.env, cwd: this.dir });
    this.#programs.set(name, program);
    return program;
  }

  async #bringUp({ controller = true, vswitchd = true, northd = true }: ChassisOptions): Promise<void> {
    await mkdir(this.runDir);
    await Promise.all(Object.values(databases).map((database) => this.#startDatabase(database)));
    await Promise.all([
      this.vsctl("--no-wait", "init", ...this.#localConfiguration()),
      this.nbctl("init"),
      this.sbctl("init"),
    ]);
    await Promise.all([vswitchd && this.start("ovs-vswitchd"), northd && this.#startNorthd()]);
    // ovn-controller starts last: when it finds no OpenFlow socket of the bridge, it waits a second before it looks again.
    if (controller) await this.#startController();
    if (controller && northd && vswitchd) await this.nbctl("--wait=hv", "sync");
  }

  async #startDatabase({ server, file, schema }: DatabaseFiles): Promise<void> {
    await run(["ovsdb-tool", "create", join(this.dir, file), schema], this.env);
    await this.start(server);
  }

  #localConfiguration(): readonly string[] {
    return [
      ...["--", "set", "Open_vSwitch", ".", `external_ids:system-id=${this.name}`],
      ...[`external_ids:hostname=${this.name}`, `external_ids:ovn-remote=unix:${this.sbSock}`],
      ...["external_ids:ovn-encap-type=geneve", "external_ids:ovn-encap-ip=127.0.0.1"],
      ...["--", "add-br", "br-int", "--", "set", "Bridge", "br-int", "fail-mode=secure"],
    ];
  }

  async #startNorthd(): Promise<void> {
    const northd = await this.start("ovn-northd");
    await northd.waitLog(/lock acquired/);
  }

  async #startController(): Promise<void> {
    await this.start("ovn-controller");
    await this.waitUntil("OVN_Southbound", "Chassis", ["name"], (rows) =>
      rows.some((row) => row.name === this.name),
    );
  }

  #remove(): void {
    this.#stopped = true;
    for (const watch of this.#watches) watch[Symbol.dispose]();
    for (const program of this.#programs.values()) program.kill("SIGKILL");
    removeFolder(this.dir);
  }
}

/** Tries again when a program that is ending has just written another file. */
function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

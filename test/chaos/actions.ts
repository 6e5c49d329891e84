/**
 * What may happen to a chassis, at random: the cloud, a local administrator, and faults of every program.
 *
 * A fault lasts for a number of further actions. An action that needs a server which is away just now does not happen.
 */
import type { Random } from "../support/random.ts";
import {
  type Actor,
  actors,
  byTable,
  chassisName,
  elsewhere,
  type ProviderSetting,
  type Stage,
} from "./stage.ts";

/** Logical ports that the cloud never moves, deletes, or takes the plug type from. */
export const stable = Array.from({ length: 8 }, (_, index) => `stable${index}`);
/** Logical ports that anything may happen to; the last six want three interface names between them. */
const mobile = [
  ...Array.from({ length: 30 }, (_, index) => `port${index}`),
  ...["rival0---------", "rival1---------", "rival2---------"].flatMap((name) => [`${name}a`, `${name}b`]),
];
/** Logical ports of which a file says which interface they have; they are mobile, too. */
const exchanged = Array.from({ length: 5 }, (_, index) => `swap${index}`);
/** The interfaces that they have, each another one. */
const devices = exchanged.map((_, index) => `dev${index}`);
/** What an undisturbed chassis ends with. */
export const everyPlugType: ProviderSetting = ["dummy", "other", byTable];
const enabled: readonly ProviderSetting[] = [everyPlugType, everyPlugType, ["dummy"], ["other", byTable], []];

/** Actions that a fault may last for. */
const LONGEST_FAULT = 25;

interface Fault {
  readonly actor: Actor;
  left: number;
}

type Action = () => Promise<string | null>;

export class Disorder {
  readonly #stage: Stage;
  readonly #random: Random;
  #faults: Fault[] = [];
  #foreign = 0;
  /** What was done, in order. */
  readonly trace: string[] = [];

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** The logical ports that stay, and those that exchange their interfaces, before anything happens. */
  async begin(): Promise<void> {
    await this.#stage.setNames(new Map(exchanged.map((lport, index) => [lport, devices[index] ?? ""])));
    await this.#stage.chassis.nbctl(
      ...stable.flatMap((lport) => this.#add(lport, "dummy")),
      ...exchanged.flatMap((lport) => this.#add(lport, byTable)),
    );
  }

  /** One random action. */
  async act(): Promise<void> {
    await this.#endFaults();
    await this.#reviveOthers();
    const action = this.#random.pick(this.#weighted);
    let what: string | null;
    try {
      what = await action();
    } catch (error) {
      // ovs-vsctl refuses what makes no sense, such as a second interface of one name; a server may have just gone.
      what = `refused: ${String(error).split("\n")[0]}`;
    }
    if (what !== null) this.trace.push(what);
  }

  /** Everybody is back. */
  async end(): Promise<void> {
    for (const fault of this.#faults) await this.#endFault(fault);
    this.#faults = [];
    await this.#reviveOthers();
    await this.#stage.setProviders(everyPlugType);
  }

  readonly #weighted: readonly Action[] = (
    [
      [12, () => this.#inCloud(this.#addPort())],
      [8, () => this.#inCloud(["--", "--if-exists", "lsp-del", this.#random.pick(mobile)])],
      [10, () => this.#inCloud(this.#request())],
      [8, () => this.#inCloud(this.#setMtu())],
      [5, () => this.#inCloud(this.#setPlugType())],
      [3, () => this.#inCloud(this.#random.list(10, () => this.#addPort()).flat())],
      [10, () => this.#byHand(this.#edit())],
      [4, () => this.#byHand(["--if-exists", "del-port", this.#anyInterface()])],
      [3, () => this.#byHand(this.#addForeign())],
      [3, () => this.#byHand(this.#mistype())],
      [2, () => this.#byHand(this.#addSecond())],
      [2, () => this.#byHand(this.#renameHost())],
      [4, () => this.#inCloud(this.#retype())],
      [2, () => this.#byHand(["--if-exists", "del-port", `tap${this.#random.int(this.#foreign + 1)}`])],
      [1, () => this.#byHand(["--if-exists", "del-br", "br-int", "--", "--may-exist", "add-br", "br-int"])],
      [4, () => this.#kill()],
      [4, () => this.#halt()],
      [1, () => this.#leave()],
      [2, () => this.#swapProviders()],
      [6, () => this.#exchange()],
      [3, () => this.#inCloud(this.#add(this.#random.pick(exchanged), byTable))],
      [1, () => this.#rebuild()],
    ] as const
  ).flatMap(([weight, action]) => Array.from({ length: weight }, () => action));

  async #inCloud(command: readonly string[]): Promise<string | null> {
    if (!this.#stage.works("ovnnb_db")) return null;
    await this.#stage.chassis.nbctl(...command);
    return `ovn-nbctl ${command.join(" ")}`;
  }

  async #byHand(command: readonly string[]): Promise<string | null> {
    if (!this.#stage.works("ovsdb-server")) return null;
    await this.#stage.chassis.vsctl("--no-wait", ...command);
    return `ovs-vsctl ${command.join(" ")}`;
  }

  #add(lport: string, plugType: string): readonly string[] {
    const options = [`options:requested-chassis=${chassisName}`, `options:vif-plug-type=${plugType}`];
    return [
      "--",
      "--may-exist",
      "lsp-add",
      "sw0",
      lport,
      "--",
      "set",
      "Logical_Switch_Port",
      lport,
      ...options,
    ];
  }

  #addPort(): readonly string[] {
    return this.#add(this.#random.pick(mobile), this.#random.pick(["dummy", "dummy", "dummy", "other"]));
  }

  #request(): readonly string[] {
    const lport = this.#anyPort();
    const where = this.#random.pick([
      elsewhere,
      elsewhere,
      chassisName,
      `${chassisName},${elsewhere}`,
      `${elsewhere},${chassisName}`,
      "",
    ]);
    return this.#setOption(lport, "requested-chassis", where);
  }

  #setMtu(): readonly string[] {
    const mtu = this.#random.pick(["", "0", "1300", "1400", "9000", "abc", "0x578", "-5"]);
    return this.#setOption(this.#random.pick([...stable, ...mobile]), "vif-plug-mtu-request", mtu);
  }

  #setPlugType(): readonly string[] {
    return this.#setOption(
      this.#random.pick(mobile),
      "vif-plug-type",
      this.#random.pick(["dummy", "other", "unknown", ""]),
    );
  }

  /** An empty value takes the option away. */
  #setOption(lport: string, key: string, value: string): readonly string[] {
    const record = ["Logical_Switch_Port", lport];
    return value === ""
      ? ["--", "--if-exists", "remove", ...record, "options", key]
      : ["--", "--if-exists", "set", ...record, `options:${key}="${value}"`];
  }

  #anyPort(): string {
    return this.#random.pick([...mobile, ...exchanged]);
  }

  #anyInterface(): string {
    return this.#random.pick([...stable, ...mobile, ...devices]).slice(0, 15);
  }

  #edit(): readonly string[] {
    const edit = this.#random.pick([
      "options:vif-plug-dummy-option=edited",
      "options:somebody=else",
      "external_ids:somebody=else",
      "external_ids:ovn-plugged=other",
      "mtu_request=1234",
      "type=dummy",
    ]);
    return ["--if-exists", "set", "Interface", this.#anyInterface(), edit];
  }

  /** Somebody's interface: with a logical port's iface-id, or with the name that one wants. */
  #addForeign(): readonly string[] {
    const lport = this.#random.pick(mobile);
    const byName = this.#random.chance(0.5);
    const name = byName ? lport.slice(0, 15) : `tap${this.#foreign++}`;
    const set = ["--", "set", "Interface", name, "type=internal"];
    const mark = byName ? [] : [`external_ids:iface-id=${lport}`];
    return ["add-port", "br-int", name, ...set, ...mark];
  }

  /** A typo: the interface gets the iface-id of another logical port. */
  #mistype(): readonly string[] {
    const [name, other] = [this.#random.pick([...mobile, ...devices]).slice(0, 15), this.#anyPort()];
    return ["--if-exists", "set", "Interface", name, `external_ids:iface-id="${other}"`];
  }

  /** One more interface that looks like ours, of a logical port that has one or not. */
  #addSecond(): readonly string[] {
    const name = `tap${this.#foreign++}`;
    const ids = [`external_ids:iface-id="${this.#anyPort()}"`, "external_ids:ovn-plugged=dummy"];
    return ["add-port", "br-int", name, "--", "set", "Interface", name, "type=internal", ...ids];
  }

  #renameHost(): readonly string[] {
    return ["set", "Open_vSwitch", ".", `external_ids:hostname=host${this.#random.int(3)}.example.com`];
  }

  /** The logical port becomes something else, or a VIF again, and may move away in the same transaction. */
  #retype(): readonly string[] {
    const lport = this.#random.pick(mobile);
    const type = this.#random.pick(["", "", "virtual"]);
    const retyped = ["--", "--if-exists", "set", "Logical_Switch_Port", lport, `type="${type}"`];
    return this.#random.chance(0.5)
      ? retyped
      : [...retyped, ...this.#setOption(lport, "requested-chassis", elsewhere)];
  }

  async #kill(): Promise<string | null> {
    const actor = this.#random.pick(actors);
    if (!this.#stage.isAlive(actor)) return null;
    await this.#stage.kill(actor);
    this.#begin(actor);
    return `kill -9 ${actor}`;
  }

  async #halt(): Promise<string | null> {
    const actor = this.#random.pick(actors);
    if (!this.#stage.works(actor)) return null;
    this.#stage.halt(actor);
    this.#begin(actor);
    return `kill -STOP ${actor}`;
  }

  async #leave(): Promise<string | null> {
    const actor = this.#random.pick(["ovn-controller", "vifplugd"] as const);
    if (!this.#stage.works(actor)) return null;
    await this.#stage.end(actor);
    this.#begin(actor);
    return `kill -TERM ${actor}`;
  }

  async #swapProviders(): Promise<string | null> {
    const plugTypes = this.#random.pick(enabled);
    await this.#stage.setProviders(plugTypes);
    return `providers for ${plugTypes.join(" and ") || "nothing"}`;
  }

  /** Some of the logical ports get each other's interface, in a circle. */
  async #exchange(): Promise<string | null> {
    const names = new Map(this.#stage.names);
    const size = this.#random.pick([2, 2, 3, exchanged.length]);
    const start = this.#random.int(exchanged.length);
    const circle = exchanged
      .map((_, index) => exchanged[(start + index) % exchanged.length] ?? "")
      .slice(0, size);
    const before = circle.map((lport) => names.get(lport) ?? "");
    for (const [index, lport] of circle.entries()) names.set(lport, before[(index + 1) % size] ?? "");
    await this.#stage.setNames(names);
    return `${circle.join(", ")} have ${circle.map((lport) => names.get(lport)).join(", ")} now`;
  }

  async #rebuild(): Promise<string | null> {
    // Seldom, so that everybody is back at work in between.
    if (!this.#random.chance(0.2) || !this.#stage.works("ovnsb_db")) return null;
    await this.#stage.rebuildSouthbound();
    return "the Southbound is built anew";
  }

  #begin(actor: Actor): void {
    this.#faults = this.#faults.filter((fault) => fault.actor !== actor);
    this.#faults.push({ actor, left: 1 + this.#random.int(LONGEST_FAULT) });
  }

  /** Whoever ended by himself is started again, as a host's init does; vifplugd has no reason to. */
  async #reviveOthers(): Promise<void> {
    for (const actor of actors) {
      const isKnown = this.#faults.some((fault) => fault.actor === actor);
      if (actor === "vifplugd" || isKnown || this.#stage.isAlive(actor)) continue;
      await this.#stage.revive(actor);
      this.trace.push(`${actor} ended by itself, and is back`);
    }
  }

  async #endFaults(): Promise<void> {
    for (const fault of this.#faults) fault.left--;
    const over = this.#faults.filter(({ left }) => left <= 0);
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    for (const fault of over) await this.#endFault(fault);
  }

  async #endFault({ actor }: Fault): Promise<void> {
    this.#stage.resume(actor);
    await this.#stage.revive(actor);
    this.trace.push(`${actor} is back`);
  }
}

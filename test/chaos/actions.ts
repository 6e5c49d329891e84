/**
 * What may happen to a chassis, at random: the cloud, a local administrator, and faults of every program.
 *
 * A fault lasts for a number of further actions. An action that needs a server which is away just now does not happen.
 */
import { databases } from "../../tools/chassis/programs.ts";
import type { Random } from "../support/random.ts";
import { BROKEN } from "./agent.ts";
import { agents, Commands, devices, exchanged, stable } from "./commands.ts";
import { type Actor, actors, byAgent, byTable, type ProviderSetting, type Stage } from "./stage.ts";

/** What an undisturbed chassis ends with. */
export const everyPlugType: ProviderSetting = ["dummy", "other", byTable, byAgent];
const enabled: readonly ProviderSetting[] = [
  everyPlugType,
  everyPlugType,
  ["dummy"],
  ["other", byTable, byAgent],
  ["dummy", byAgent],
  [],
];

/** Actions that a fault may last for. */
const LONGEST_FAULT = 25;

interface Fault {
  /** Who is away, or has the lock that is vifplugd's. */
  readonly who: Actor | "thief";
  left: number;
}

type Action = () => Promise<string | null>;

export class Disorder {
  readonly stage: Stage;
  readonly #random: Random;
  readonly #commands: Commands;
  #faults: Fault[] = [];
  /** Of the agent's programs that work, the last. */
  #generation = 0;
  /** What was done, in order. */
  readonly trace: string[] = [];

  constructor(stage: Stage, random: Random) {
    this.stage = stage;
    this.#random = random;
    this.#commands = new Commands(random);
  }

  /** The logical ports that stay, and those that exchange their interfaces, before anything happens. */
  async begin(): Promise<void> {
    await this.stage.setNames(new Map(exchanged.map((lport, index) => [lport, devices[index] ?? ""])));
    await this.stage.chassis.nbctl(
      ...stable.flatMap((lport) => this.#commands.add(lport, "dummy")),
      ...exchanged.flatMap((lport) => this.#commands.add(lport, byTable)),
      ...agents.flatMap((lport) => this.#commands.add(lport, byAgent)),
    );
  }

  /** One random action. */
  async act(): Promise<void> {
    await this.#endFaults();
    await this.reviveOthers();
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
    await this.reviveOthers();
    if (this.stage.agent.generation === BROKEN) await this.stage.agent.install(++this.#generation);
    await this.stage.setProviders(everyPlugType);
  }

  /** Whoever ends by himself from now on is started again: ovn-controller may not survive a Southbound that is built anew. */
  watchOver(): Disposable {
    const over = Promise.withResolvers<void>();
    let isOver = false;
    const watch = async () => {
      while (!isOver) {
        await Promise.race([over.promise, this.stage.nextEnd()]);
        if (!isOver) await this.reviveOthers();
      }
    };
    watch().catch((error) => this.trace.push(`somebody cannot be started again: ${error}`));
    return {
      [Symbol.dispose]: () => {
        isOver = true;
        over.resolve();
      },
    };
  }

  readonly #weighted: readonly Action[] = (
    [
      [12, () => this.#inCloud(this.#commands.addPort())],
      [8, () => this.#inCloud(this.#commands.deleteLport())],
      [10, () => this.#inCloud(this.#commands.request())],
      [8, () => this.#inCloud(this.#commands.setMtu())],
      [5, () => this.#inCloud(this.#commands.setPlugType())],
      [3, () => this.#inCloud(this.#random.list(10, () => this.#commands.addPort()).flat())],
      [10, () => this.#byHand(this.#commands.edit())],
      [4, () => this.#byHand(this.#commands.deletePort())],
      [3, () => this.#byHand(this.#commands.addForeign())],
      [3, () => this.#byHand(this.#commands.mistype())],
      [2, () => this.#byHand(this.#commands.addSecond())],
      [2, () => this.#byHand(this.#commands.renameHost())],
      [4, () => this.#inCloud(this.#commands.retype())],
      [2, () => this.#byHand(this.#commands.deleteForeign())],
      [1, () => this.#byHand(["--if-exists", "del-br", "br-int", "--", "--may-exist", "add-br", "br-int"])],
      [4, () => this.#kill()],
      [4, () => this.#halt()],
      [1, () => this.#leave()],
      [2, () => this.#swapProviders()],
      [6, () => this.#exchange()],
      [3, () => this.#inCloud(this.#commands.add(this.#random.pick(exchanged), byTable))],
      [3, () => this.#inCloud(this.#commands.add(this.#random.pick(agents), byAgent))],
      [1, () => this.#replaceAgent()],
      [4, () => this.#endAgent()],
      [1, () => this.#byHand(this.#commands.swapIfaceIds())],
      [1, () => this.#replaceTableFolder()],
      [1, () => this.#takeOff()],
      [1, () => this.#steal()],
      [1, () => this.#rebuild()],
    ] as const
  ).flatMap(([weight, action]) => Array.from({ length: weight }, () => action));

  async #inCloud(command: readonly string[]): Promise<string | null> {
    if (!this.stage.works("ovnnb_db")) return null;
    await this.stage.chassis.nbctl(...command);
    return `ovn-nbctl ${command.join(" ")}`;
  }

  async #byHand(command: readonly string[]): Promise<string | null> {
    if (!this.stage.works("ovsdb-server")) return null;
    await this.stage.chassis.vsctl("--no-wait", ...command);
    return `ovs-vsctl ${command.join(" ")}`;
  }

  async #kill(): Promise<string | null> {
    const actor = this.#random.pick(actors);
    if (!this.stage.isAlive(actor)) return null;
    await this.stage.kill(actor);
    this.#begin(actor);
    return `kill -9 ${actor}`;
  }

  async #halt(): Promise<string | null> {
    const actor = this.#random.pick(actors);
    if (!this.stage.works(actor)) return null;
    this.stage.halt(actor);
    this.#begin(actor);
    return `kill -STOP ${actor}`;
  }

  async #leave(): Promise<string | null> {
    const actor = this.#random.pick(["ovn-controller", "vifplugd"] as const);
    if (!this.stage.works(actor)) return null;
    await this.stage.end(actor);
    this.#begin(actor);
    return `kill -TERM ${actor}`;
  }

  async #swapProviders(): Promise<string | null> {
    const plugTypes = this.#random.pick(enabled);
    await this.stage.setProviders(plugTypes);
    return `providers for ${plugTypes.join(" and ") || "nothing"}`;
  }

  /** Some of the logical ports get each other's interface, in a circle. */
  async #exchange(): Promise<string | null> {
    const names = new Map(this.stage.names);
    const size = this.#random.pick([2, 2, 3, exchanged.length]);
    const start = this.#random.int(exchanged.length);
    const circle = exchanged
      .map((_, index) => exchanged[(start + index) % exchanged.length] ?? "")
      .slice(0, size);
    const before = circle.map((lport) => names.get(lport) ?? "");
    for (const [index, lport] of circle.entries()) names.set(lport, before[(index + 1) % size] ?? "");
    await this.stage.setNames(names);
    return `${circle.join(", ")} have ${circle.map((lport) => names.get(lport)).join(", ")} now`;
  }

  /** Another program is put in its place, and vifplugd is told of it, or not yet. */
  async #replaceAgent(): Promise<string | null> {
    const generation = this.#random.chance(0.2) ? BROKEN : ++this.#generation;
    const isTold = this.#random.chance(0.8);
    await this.stage.agent.install(generation);
    if (isTold) this.stage.reload();
    const what = generation === BROKEN ? "one that does not work" : `number ${generation}`;
    return `the agent's program is ${what}, ${isTold ? "and SIGHUP" : "and nobody is told"}`;
  }

  async #endAgent(): Promise<string | null> {
    const signal = this.#random.pick(["SIGKILL", "SIGKILL", "SIGSTOP"] as const);
    return this.stage.agent.signal(signal) ? `kill -${signal.slice(3)} the agent's program` : null;
  }

  async #replaceTableFolder(): Promise<string | null> {
    await this.stage.replaceTableFolder();
    return "the table's folder is another one";
  }

  /** A database is taken off its server and given back. */
  async #takeOff(): Promise<string | null> {
    const database = this.#random.pick(["Open_vSwitch", "OVN_Southbound"] as const);
    if (!this.stage.works(databases[database].server)) return null;
    await this.stage.takeOff(database);
    return `${database} is taken off its server and given back`;
  }

  /** Somebody takes vifplugd's lock away. */
  async #steal(): Promise<string | null> {
    if (!this.stage.works("ovsdb-server") || this.#faults.some(({ who }) => who === "thief")) return null;
    this.stage.startThief();
    this.#begin("thief");
    return "the lock is stolen";
  }

  async #rebuild(): Promise<string | null> {
    // Seldom, so that everybody is back at work in between.
    if (!this.#random.chance(0.2) || !this.stage.works("ovnsb_db")) return null;
    await this.stage.rebuildSouthbound();
    return "the Southbound is built anew";
  }

  #begin(who: Fault["who"]): void {
    this.#faults = this.#faults.filter((fault) => fault.who !== who);
    this.#faults.push({ who, left: 1 + this.#random.int(LONGEST_FAULT) });
  }

  /** Whoever ended by himself is started again, as a host's init does; vifplugd has no reason to. */
  async reviveOthers(): Promise<void> {
    for (const actor of actors) {
      const isKnown = this.#faults.some(({ who }) => who === actor);
      if (actor === "vifplugd" || isKnown || this.stage.isAlive(actor)) continue;
      await this.stage.revive(actor);
      this.trace.push(`${actor} ended by itself, and is back`);
    }
  }

  async #endFaults(): Promise<void> {
    for (const fault of this.#faults) fault.left--;
    const over = this.#faults.filter(({ left }) => left <= 0);
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    for (const fault of over) await this.#endFault(fault);
  }

  async #endFault({ who }: Fault): Promise<void> {
    if (who === "thief") await this.stage.endThief();
    else {
      this.stage.resume(who);
      await this.stage.revive(who);
    }
    this.trace.push(who === "thief" ? "the thief is gone" : `${who} is back`);
  }
}

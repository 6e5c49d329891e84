/**
 * The NICs of this machine: everything between the kernel's netlink messages and the table of representors. The provider, its
 * record and the commands that only read have an object each.
 */
import type { Link } from "../../netlink/link.ts";
import type { RepresentorOptions } from "./config.ts";
import { Facts } from "./facts.ts";
import { KernelPorts } from "./kernel-ports.ts";
import type { Machine } from "./machine.ts";
import { SwitchTable, tableSources } from "./switch-table.ts";
import { Sysfs } from "./sysfs.ts";

export interface NicsOptions {
  readonly options: Partial<RepresentorOptions>;
  readonly machine: Pick<Machine, "netlink" | "lookUps">;
  /** Whether an interface of this name is in place for one of our logical ports. */
  readonly isInPlace?: (name: string) => boolean;
  /** Called when the known facts change, and when `ports.fault` changes. */
  readonly onChange: () => void;
  /** Called when a network device has a new name. */
  readonly onRename?: (link: Link, before: Link) => void;
  readonly log: (level: "warn" | "info" | "debug", message: string) => void;
}

export class Nics {
  readonly facts: Facts;
  readonly sysfs: Sysfs;
  readonly table: SwitchTable;
  readonly ports: KernelPorts;
  /** The doubts for which the kernel was last asked again. */
  #asked = "";

  constructor({ options, machine, isInPlace, onChange, onRename, log }: NicsOptions) {
    this.facts = new Facts(isInPlace);
    this.sysfs = new Sysfs(machine.lookUps);
    this.table = new SwitchTable(this.facts, tableSources(options, this.facts, this.sysfs));
    this.ports = new KernelPorts({
      netlink: machine.netlink,
      facts: this.facts,
      onChange,
      onRename: onRename ?? (() => {}),
      log,
    });
  }

  /** A text that changes with every fact that an answer may depend on. */
  get version(): string {
    return `${this.facts.version} ${this.sysfs.version}`;
  }

  /** Asks the kernel again where its tables contradict each other, once for each doubt and each new device. */
  resolveDoubts(): void {
    if (this.ports.fault !== null) return;
    const { doubts } = this.table.index;
    const doubt = doubts.length === 0 ? "" : `${doubts.join("; ")} ${this.facts.arrivals}`;
    if (doubt === this.#asked) return;
    this.#asked = doubt;
    if (doubt !== "") void this.ports.askAgain();
  }
}

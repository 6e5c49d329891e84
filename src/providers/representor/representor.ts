/**
 * The provider `representor`: plugs the network device that represents a function of a NIC, which it finds by the MAC
 * address of the function's PF and the function's number. README.md, beside this file, is for operators.
 *
 * Invariants: what it answers depends on the logical port's options, the interface in place and its tables only, and
 * answering changes nothing; it changes nothing of a network device that is not plugged for one of our logical ports.
 */
import { activateRequest } from "../../netlink/devlink.ts";
import { kernelTransport } from "../../netlink/kernel-transport.ts";
import { type Link, setLinkRequest } from "../../netlink/link.ts";
import { OVS_DATAPATH_KIND } from "../../netlink/ovs-vport.ts";
import { type NetlinkTransport, PROTOCOL, type Request } from "../../netlink/transport.ts";
import type { Result } from "../../result.ts";
import { defineProvider } from "../module.ts";
import type { PrepareAnswer, PrepareInput, Provider, ProviderHost, WantedInterface } from "../provider.ts";
import { type RepresentorOptions, representorKeys } from "./config.ts";
import { leaveDatapath } from "./datapath.ts";
import { InPlace } from "./in-place.ts";
import { KernelPorts } from "./kernel-ports.ts";
import { parseOptions, READ_OPTIONS, type WantedFunction } from "./options.ts";
import { PortTable, type Representor } from "./port-table.ts";
import { Settling } from "./settling.ts";
import { readSmartNic } from "./smart-nic.ts";

/** What tests put in the place of the machine. */
export interface Machine {
  readonly netlink: NetlinkTransport;
  /** Where `sys` and `run/udev` are; "/" unless tests say otherwise. */
  readonly root: string;
}

export const representor = defineProvider({
  type: "representor",
  summary: "the network device that represents a function of a NIC",
  reads: READ_OPTIONS,
  keys: representorKeys,
  create: (options) => representorProvider(options, { netlink: kernelTransport(), root: "/" }),
});

export function representorProvider(options: RepresentorOptions, machine: Machine): Provider {
  let running: Running | null = null;
  return {
    type: representor.type,
    init(host) {
      running = new Running(options, machine, host);
      running.start();
    },
    destroy() {
      running?.stop();
      running = null;
    },
    run: () => running?.takeChange() ?? false,
    prepare: (input) => running?.prepare(input) ?? { ready: false, reason: "the provider is not running" },
    arrange: (input) => running?.arrange(input),
    finish: (input, output) => running?.finish(input, output),
    release: (input, output) => running?.release(input, output),
  };
}

/** The provider from `init` to `destroy`. */
class Running {
  readonly #options: RepresentorOptions;
  readonly #netlink: NetlinkTransport;
  readonly #host: ProviderHost;
  readonly #table: PortTable;
  readonly #ports: KernelPorts;
  readonly #settling: Settling;
  readonly #inPlace = new InPlace();
  #started = false;
  #changed = false;

  constructor(options: RepresentorOptions, { netlink, root }: Machine, host: ProviderHost) {
    this.#options = options;
    this.#netlink = netlink;
    this.#host = host;
    this.#table = new PortTable({
      addresses: {
        pins: options.pf ?? [],
        smartNic: (uplink) => readSmartNic(root, uplink),
      },
      onNetdev: (ifindex, present) => {
        if (present) this.#settling.appeared(ifindex, this.#started);
        else this.#settling.gone(ifindex);
      },
      onRename: (link, before) => this.#releaseRenamed(link, before.name),
    });
    this.#settling = new Settling({
      root,
      quietMs: options.quiet_ms ?? 0,
      onSettled: () => this.#wake(),
      warn: (message) => host.log("warn", message),
    });
    this.#ports = new KernelPorts({
      netlink,
      table: this.#table,
      onChange: () => this.#wake(),
      log: (level, message) => host.log(level, message),
    });
  }

  /** @throws when the kernel's ports cannot be read */
  start(): void {
    const opened = this.#ports.open();
    if (!opened.ok) throw new Error(opened.error.message);
    this.#started = true;
    this.#changed = true;
  }

  stop(): void {
    this.#ports.close();
    this.#settling.close();
  }

  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  prepare({ operation, lport, interface: current }: PrepareInput): PrepareAnswer {
    const wanted = parseOptions(lport.options);
    const answer = operation === "remove" ? { ready: true as const } : this.#find(wanted);
    const whose = wanted.ok && current !== null ? this.#otherOwner(current.name, wanted.value) : null;
    return whose === null ? answer : { ...answer, misplaced: whose };
  }

  /** Whose the device in place is, if it is known to be another function's. */
  #otherOwner(inPlace: string, wanted: WantedFunction): string | null {
    return this.#ports.fault === null ? this.#table.otherOwner(inPlace, wanted) : null;
  }

  #find(wanted: Result<WantedFunction, string>): PrepareAnswer {
    if (this.#ports.fault !== null) return { ready: false, reason: this.#ports.fault };
    if (!wanted.ok) return { ready: false, reason: wanted.error };
    const found = this.#table.find(wanted.value);
    if (!found.ok) return { ready: false, reason: found.error };
    const { ifindex, name } = found.value.link;
    const pending = this.#settling.pending(ifindex);
    if (pending !== null) return { ready: false, reason: `network device ${name}: ${pending}` };
    return { ready: true, interface: { name, type: "", options: {} } };
  }

  /** Remembers what is in place; nothing else has to be arranged. */
  arrange({ lport, interface: current }: PrepareInput): void {
    this.#inPlace.set(lport.name, current?.name ?? null);
  }

  /** What is in place no more is forgotten; what `plan` asks about was never remembered. */
  release({ lport, interface: current }: PrepareInput, output: WantedInterface | null): void {
    if (current === null && output === null) this.#inPlace.set(lport.name, null);
  }

  finish({ lport, interface: before }: PrepareInput, output: WantedInterface | null): void {
    this.#inPlace.set(lport.name, output?.name ?? null);
    const name = output?.name ?? before?.name;
    const representor = name === undefined ? null : this.#table.named(name);
    if (representor === null) return;
    const plugged = output !== null;
    if (this.#options.set_link === "up") this.#setLink(representor, plugged);
    if (this.#options.sf_activate === true && plugged) this.#activate(representor);
  }

  /**
   * What is plugged under another name than it has now can only be plugged anew when it has left the datapath. Others
   * plug devices of NICs into it too, uplinks for instance: theirs stay.
   */
  #releaseRenamed({ name, master }: Link, before: string): void {
    if (!this.#inPlace.has(before)) return;
    if (master === null || this.#table.link(master)?.kind !== OVS_DATAPATH_KIND) return;
    const left = leaveDatapath(this.#netlink, master, name);
    if (!left.ok) {
      this.#host.log("warn", `${name} has a new name and cannot leave the datapath: ${left.error.message}`);
    } else if (left.value) {
      this.#host.log("info", `${name} has a new name: it has left the datapath, to be plugged anew`);
    }
  }

  #setLink({ link }: Representor, up: boolean): void {
    const request = setLinkRequest(link.ifindex, up);
    this.#ask(PROTOCOL.route, request, `${link.name} cannot be set ${up ? "up" : "down"}`);
  }

  #activate({ port, link }: Representor): void {
    if (port.function.active !== false) return;
    const request = activateRequest(this.#ports.familyId, port);
    this.#ask(PROTOCOL.generic, request, `the sub-function behind ${link.name} cannot be activated`);
  }

  #ask(protocol: typeof PROTOCOL.route | typeof PROTOCOL.generic, request: Request, failure: string): void {
    const answer = this.#netlink.request(protocol, request);
    if (!answer.ok) this.#host.log("warn", `${failure}: ${answer.error.message}`);
  }

  #wake(): void {
    this.#changed = true;
    this.#host.wake();
  }
}

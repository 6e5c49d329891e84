/** The provider from `init` to `destroy`: its tables, its answers, and its changes to plugged devices. */
import { activateRequest } from "../../netlink/devlink.ts";
import { leaveDatapath } from "../../netlink/leave-datapath.ts";
import { type Link, setLinkRequest } from "../../netlink/link.ts";
import { OVS_DATAPATH_KIND } from "../../netlink/ovs-vport.ts";
import { PROTOCOL, type Protocol, type Request } from "../../netlink/transport.ts";
import type { Result } from "../../result.ts";
import { InPlace } from "../in-place.ts";
import type { PrepareAnswer, PrepareInput, ProviderHost, TidyInput, WantedInterface } from "../provider.ts";
import { Settling } from "../settling.ts";
import type { RepresentorOptions } from "./config.ts";
import { DPDK_DEVARGS, dpdkArguments, USERSPACE_DATAPATH } from "./dpdk.ts";
import { LinkKeeper } from "./link-keeper.ts";
import type { Machine } from "./machine.ts";
import { Nics } from "./nics.ts";
import { parseOptions, type WantedFunction } from "./options.ts";
import { SubFunctions } from "./sub-functions.ts";
import type { SwitchPort } from "./switch-port.ts";
import type { Representor } from "./switch-table.ts";

/** errno: the device was removed meanwhile; a message about the removal follows. */
const ENODEV = 19;

export class Running {
  readonly #options: Partial<RepresentorOptions>;
  readonly #netlink: Machine["netlink"];
  readonly #host: ProviderHost;
  readonly #inPlace = new InPlace();
  readonly #nics: Nics;
  readonly #settling: Settling;
  readonly #subFunctions: SubFunctions;
  readonly #links = new LinkKeeper({ set: (link, up) => this.#setLink(link, up) });
  /** The network devices of ports that `#settling` knows. */
  #netdevs: ReadonlySet<number> = new Set();
  #hasRead = false;
  /** The questions and the owned interfaces that the last `tidy` was given; null: there was none. */
  #around: TidyInput | null = null;
  /** The version of the facts that `#followTable` last saw. */
  #seen = "";
  #changed = false;

  constructor(options: Partial<RepresentorOptions>, machine: Machine, host: ProviderHost) {
    const { netlink, root } = machine;
    this.#options = options;
    this.#netlink = netlink;
    this.#host = host;
    this.#settling = new Settling({
      root,
      quietMs: options.quiet_ms ?? 0,
      onSettled: () => this.#wake(),
      warn: (message) => host.log("warn", message),
    });
    this.#nics = new Nics({
      options,
      machine,
      isInPlace: (name) => this.#inPlace.has(name),
      onChange: () => this.#wake(),
      onRename: (link, before) => this.#releaseRenamed(link, before.name),
      log: (level, message) => host.log(level, message),
    });
    this.#subFunctions = new SubFunctions({
      range: options.sf_range ?? null,
      netlink,
      table: this.#nics.table,
      family: () => this.#nics.ports.familyId,
      isCurrent: () => this.#nics.ports.isCurrent,
      log: (level, message) => host.log(level, message),
      onChange: () => this.#wake(),
    });
  }

  start(): void {
    void this.#nics.ports.open();
    this.#changed = true;
  }

  stop(): void {
    this.#nics.ports.close();
    this.#settling.close();
    this.#subFunctions.close();
  }

  takeChange(): boolean {
    this.#nics.sysfs.refresh();
    const now = this.#nics.version;
    const changed = this.#changed || now !== this.#seen;
    this.#changed = false;
    this.#seen = now;
    if (changed && this.#nics.ports.fault === null) this.#followTable();
    return changed;
  }

  prepare({ operation, lport, interface: current, bridge }: PrepareInput): PrepareAnswer {
    const wanted = parseOptions(lport.options);
    const answer =
      operation === "remove" ? { ready: true as const } : this.#answer(wanted, bridge.datapath_type);
    const whose = wanted.ok && current !== null ? this.#otherOwner(current.name, wanted.value) : null;
    return whose === null ? answer : { ...answer, misplaced: whose };
  }

  /** Makes a wanted sub-function that is absent; remembers an interface in place, and sets its device up. */
  arrange({ lport, interface: current, bridge }: PrepareInput): void {
    const wanted = parseOptions(lport.options);
    if (this.#nics.ports.fault !== null || !wanted.ok) return;
    const found = this.#nics.table.find(wanted.value);
    if (!found.ok) this.#subFunctions.make(wanted.value);
    if (current === null) return;
    const own = found.ok && found.value.link.name === current.name ? found.value.link : null;
    this.#inPlace.set(lport.name, { name: current.name, ifindex: own?.ifindex ?? null });
    if (own !== null && this.#setsLinks && !this.#isForDpdk(bridge.datapath_type)) {
      this.#links.arrange(this.#asItIs(own));
    }
  }

  /**
   * Deletes sub-functions of ours that no port wants and no owned interface uses: in the first call those that are left over from
   * before the start, later only those that this process made and nobody plugged, and those that could not be deleted. A
   * sub-function that somebody else made meanwhile may be for a port that is still to come.
   */
  tidy(around: TidyInput): boolean {
    if (this.#options.sf_range === undefined) return true;
    if (this.#nics.ports.fault !== null) return false;
    const { table } = this.#nics;
    const isFirst = this.#around === null;
    this.#around = around;
    if (!isFirst && !this.#subFunctions.hasLoose) return false;
    const ours = table.index.ports.filter((port) => this.#subFunctions.isOurs(port));
    const loose = this.#subFunctions.looseOf(ours);
    const wanted = wantedIn(around);
    const { owned } = around;
    for (const port of isFirst ? ours : loose) {
      if (owned.has(port.link?.name ?? "") || wanted.some((one) => table.mayBe(port, one))) continue;
      this.#subFunctions.remove(port);
    }
    return false;
  }

  finish(input: PrepareInput, output: WantedInterface | null): void {
    if (output === null) this.#unplugged(input);
    else this.#plugged(input, output);
  }

  /** Forgets a port without an interface. `plan` never made the provider remember one. */
  release({ lport, interface: current }: PrepareInput, output: WantedInterface | null): void {
    if (current === null && output === null) this.#inPlace.set(lport.name, null);
  }

  #plugged({ lport }: PrepareInput, output: WantedInterface): void {
    const port = this.#nics.table.named(output.name);
    this.#inPlace.set(lport.name, { name: output.name, ifindex: port?.link?.ifindex ?? null });
    const link = port?.link ?? null;
    if (port === null || link === null) return;
    this.#subFunctions.plugged(port);
    if (output.type === "" && this.#setsLinks) this.#links.plugged(this.#asItIs(link));
    if (this.#options.sf_activate === true || this.#subFunctions.isOurs(port)) this.#activate(port);
  }

  /**
   * Touches only a device that was known to be the port's own, because another device may have the name now; and a sub-function of
   * ours under the name, unless it is known to be another port's.
   */
  #unplugged({ lport, interface: before }: PrepareInput): void {
    const placed = this.#inPlace.of(lport.name);
    this.#inPlace.set(lport.name, null);
    if (placed === null || placed.ifindex === null || placed.name !== before?.name) {
      if (before !== null) this.#deleteNamed(before.name, lport);
      return;
    }
    const link = this.#nics.facts.links.get(placed.ifindex)?.link;
    if (link === undefined) return;
    const port = this.#nics.table.named(link.name);
    // When the interface changes hands, the call for its new port comes in the same turn.
    queueMicrotask(() => {
      if (this.#inPlace.has(link.name)) return;
      if (port !== null && this.#subFunctions.isOurs(port)) this.#delete(port, lport.name);
      else this.#links.unplugged(link);
    });
  }

  /** Deletes the sub-function of a port that went while vifplugd did not run, or whose device was not known as its own. */
  #deleteNamed(name: string, { name: lport, options }: PrepareInput["lport"]): void {
    const port = this.#nics.table.named(name);
    if (port === null || !this.#subFunctions.isOurs(port)) return;
    const wanted = parseOptions(options);
    if (wanted.ok && !this.#nics.table.mayBe(port, wanted.value)) return;
    queueMicrotask(() => {
      if (!this.#inPlace.has(name)) this.#delete(port, lport);
    });
  }

  /** Deletes a sub-function of ours that has been unplugged, unless another port waits for it. */
  #delete(port: SwitchPort, unplugged: string): void {
    const others = this.#around === null ? [] : wantedIn(this.#around, unplugged);
    if (others.some((one) => this.#nics.table.mayBe(port, one))) this.#subFunctions.letGo(port);
    else this.#subFunctions.remove(port);
  }

  #answer(wanted: Result<WantedFunction, string>, datapathType: string): PrepareAnswer {
    if (this.#nics.ports.fault !== null) return { ready: false, reason: this.#nics.ports.fault };
    if (!wanted.ok) return { ready: false, reason: wanted.error };
    const found = this.#nics.table.find(wanted.value);
    if (!found.ok) return this.#subFunctions.whyNot(wanted.value) ?? { ready: false, reason: found.error };
    const whyNot = this.#subFunctions.whyGoing(found.value.port);
    if (whyNot !== null) return whyNot;
    const { ifindex, name } = found.value.link;
    const pending = this.#settling.pending(ifindex);
    if (pending !== null) return { ready: false, reason: `network device ${name}: ${pending}` };
    if (this.#isForDpdk(datapathType)) return dpdkAnswer(found.value);
    return { ready: true, interface: { name, type: "", options: {} } };
  }

  /** The present state of a device. The table may have an older state, because no answer depends on `isUp` and `master`. */
  #asItIs(link: Link): Link {
    return this.#nics.facts.links.get(link.ifindex)?.link ?? link;
  }

  get #setsLinks(): boolean {
    return this.#options.set_link !== "leave";
  }

  #isForDpdk(datapathType: string): boolean {
    return this.#options.userspace === "dpdk" && datapathType === USERSPACE_DATAPATH;
  }

  /** The owner of the device in place, when the device is known to belong to another function; else null. */
  #otherOwner(inPlace: string, wanted: WantedFunction): string | null {
    return this.#nics.ports.isCurrent ? this.#nics.table.otherOwner(inPlace, wanted) : null;
  }

  /** Follows a changed table: tells the settling which devices came and went, and asks again about doubts. */
  #followTable(): void {
    const { ports } = this.#nics.table.index;
    const netdevs = new Set(ports.flatMap(({ link }) => link?.ifindex ?? []));
    for (const ifindex of netdevs) {
      if (!this.#netdevs.has(ifindex)) this.#settling.appeared(ifindex, this.#hasRead);
    }
    for (const ifindex of this.#netdevs) {
      if (netdevs.has(ifindex)) continue;
      this.#settling.gone(ifindex);
      this.#links.gone(ifindex);
    }
    this.#netdevs = netdevs;
    this.#hasRead = true;
    this.#nics.sysfs.forgetAllBut((ifindex) => this.#nics.facts.links.has(ifindex));
    this.#nics.resolveDoubts();
  }

  /**
   * A plugged device with a new name has to leave the datapath before it can be plugged under the new name. Devices that others
   * plugged, such as uplinks, stay.
   */
  #releaseRenamed(link: Link, before: string): void {
    const { ifindex, name, master } = link;
    if (!this.#inPlace.has(before) || master === null) return;
    if (this.#nics.facts.links.get(master)?.link.kind !== OVS_DATAPATH_KIND) return;
    const leaving = leaveDatapath(this.#netlink, master, link).then((left) => {
      if (!left.ok) {
        this.#host.log("warn", `${name} has a new name and cannot leave the datapath: ${left.error.message}`);
      } else if (left.value) {
        this.#host.log("info", `${name} has a new name: it has left the datapath, to be plugged anew`);
      }
    });
    this.#settling.leaves(ifindex, leaving);
  }

  #setLink({ ifindex, name }: Link, up: boolean): void {
    const request = setLinkRequest(ifindex, up);
    void this.#ask(PROTOCOL.route, request, `${name} cannot be set ${up ? "up" : "down"}`);
  }

  #activate({ devlink, name }: SwitchPort): void {
    if (devlink?.flavour !== "pcisf" || devlink.function.active !== false) return;
    const request = activateRequest(this.#nics.ports.familyId, devlink);
    void this.#ask(PROTOCOL.generic, request, `sub-function ${name} cannot be activated`);
  }

  async #ask(protocol: Protocol, request: Request, failure: string): Promise<void> {
    const answer = await this.#netlink.request(protocol, request);
    if (answer.ok || answer.error.errno === ENODEV) return;
    this.#host.log("warn", `${failure}: ${answer.error.message}`);
  }

  #wake(): void {
    this.#changed = true;
    this.#host.wake();
  }
}

/** The functions that logical ports want, but for one port. */
function wantedIn({ asked }: TidyInput, except: string | null = null): readonly WantedFunction[] {
  return asked.flatMap(({ lport }) => {
    const parsed = lport.name === except ? null : parseOptions(lport.options);
    return parsed?.ok === true ? [parsed.value] : [];
  });
}

function dpdkAnswer({ port, pf, link }: Representor): PrepareAnswer {
  const { device, controller, number } = pf;
  const wanted = port.role.kind === "function" ? port.role.function : ({ kind: "pf" } as const);
  const devargs = dpdkArguments({ device, controller, pf: number, function: wanted });
  if (devargs === null)
    return {
      ready: false,
      reason: `DPDK cannot use the device ${device}, which is no PCI device: set userspace: kernel`,
    };
  return { ready: true, interface: { name: link.name, type: "dpdk", options: { [DPDK_DEVARGS]: devargs } } };
}

/**
 * Random histories of NICs, and a plain model of them: functions, names, interface indexes and namespaces that come, go
 * and are given to others. What happens is told in messages of two sockets, which are read in any order.
 */
import type { DevlinkPort } from "../../../../src/netlink/devlink.ts";
import type { Link } from "../../../../src/netlink/link.ts";
import { FLAG, type Message } from "../../../../src/netlink/message.ts";
import {
  type Listener,
  type NetlinkTransport,
  PROTOCOL,
  type Request,
} from "../../../../src/netlink/transport.ts";
import { ok } from "../../../../src/result.ts";
import {
  DEVLINK,
  encodeFamily,
  encodeLink,
  encodeLinkRemoval,
  encodePort,
  encodePortRemoval,
} from "../../../netlink/support/encode.ts";
import type { Random } from "../../../support/random.ts";
import { link, port } from "./nic.ts";

const NICS = ["pci/0000:03:00.0", "pci/0000:41:00.0"] as const;
const VFS = 2;
const NAMES = ["a", "b", "c", "d", "e", "f"] as const;
const CONTROLLER = 16;

export const pfMacOf = (nic: number) => `00:53:00:00:00:0${nic + 1}`;

export type Step =
  | { readonly do: "add" | "remove" | "move away" | "move back" | "exchange" | "reload"; readonly at: number }
  | { readonly do: "rename"; readonly at: number; readonly name: number }
  | { readonly do: "intrude" | "withdraw"; readonly at: number; readonly name: number }
  | { readonly do: "read"; readonly socket: "ports" | "links"; readonly count: number }
  | { readonly do: "overrun" | "decide" | "turn" };

export function randomStep(random: Random): Step {
  const at = random.int(NICS.length * VFS);
  const name = random.int(NAMES.length);
  const kind = random.pick([
    ...(["add", "add", "remove", "move away", "move back", "move back", "exchange", "reload"] as const),
    ...([
      "rename",
      "rename",
      "intrude",
      "withdraw",
      "read",
      "read",
      "read",
      "decide",
      "decide",
      "turn",
    ] as const),
    "overrun" as const,
  ]);
  switch (kind) {
    case "rename":
    case "intrude":
    case "withdraw":
      return { do: kind, at, name };
    case "read":
      return { do: kind, socket: random.pick(["ports", "links"] as const), count: 1 + random.int(4) };
    case "overrun":
    case "decide":
    case "turn":
      return { do: kind };
    default:
      return { do: kind, at };
  }
}

/** How much a kernel tells. */
export interface Kind {
  /** From 6.2 on: devlink tells of names and namespaces, and a network device says which port it is. */
  readonly isModern: boolean;
  /** Drivers' names, and parents. */
  readonly hasNames: boolean;
}

/** A function of a NIC, and the network device that represents it. */
interface Function {
  readonly nic: number;
  readonly vf: number;
  isThere: boolean;
  /** Null: the device is in another namespace. */
  ifindex: number | null;
  name: string;
}

export class NicWorld implements NetlinkTransport {
  readonly kind: Kind;
  readonly functions: readonly Function[] = NICS.flatMap((_, nic) =>
    Array.from({ length: VFS }, (_, vf): Function => ({ nic, vf, isThere: false, ifindex: null, name: "" })),
  );
  /** Devices of software, by name. */
  readonly #intruders = new Map<string, number>();
  readonly #listeners = { ports: new Set<Listener>(), links: new Set<Listener>() };
  readonly #unread: { ports: Message[]; links: Message[] } = { ports: [], links: [] };

  constructor(kind: Kind) {
    this.kind = kind;
  }

  /** Whose the network device of this name is: a function's, null for nobody's, undefined where there is none. */
  ownerOf(name: string): Function | null | undefined {
    const found = this.functions.find((one) => one.isThere && one.ifindex !== null && one.name === name);
    return found ?? (this.#intruders.has(name) ? null : undefined);
  }

  perform(step: Step): void {
    const one = "at" in step ? this.functions[step.at % this.functions.length] : undefined;
    switch (step.do) {
      case "add":
        if (one !== undefined) this.#add(one);
        break;
      case "remove":
        if (one !== undefined) this.#remove(one);
        break;
      case "reload":
        for (const each of this.functions) if (each.nic === one?.nic && each.isThere) this.#remove(each);
        for (const each of this.functions.toReversed()) if (each.nic === one?.nic) this.#add(each);
        break;
      case "move away":
        if (one?.isThere && one.ifindex !== null) {
          this.#tellLinkGone(one.ifindex);
          one.ifindex = null;
          if (this.kind.isModern) this.#tellPort(one);
        }
        break;
      case "move back":
        if (one?.isThere && one.ifindex === null) this.#give(one);
        break;
      case "rename":
        if (one?.isThere && one.ifindex !== null && !this.#isTaken(NAMES[step.name] ?? "")) {
          this.#rename(one, NAMES[step.name] ?? "");
        }
        break;
      case "exchange": {
        const other = this.functions[(step.at + 1) % this.functions.length];
        if (one === undefined || other === undefined) break;
        if (!one.isThere || !other.isThere || one.ifindex === null || other.ifindex === null) break;
        const [mine, theirs] = [one.name, other.name];
        this.#rename(one, "exchanged");
        this.#rename(other, mine);
        this.#rename(one, theirs);
        break;
      }
      case "intrude": {
        const name = NAMES[step.name] ?? "";
        if (this.#isTaken(name)) break;
        const ifindex = this.#freeIndex();
        this.#intruders.set(name, ifindex);
        this.#unread.links.push(encodeLink(link(ifindex, name, { kind: "dummy" })));
        break;
      }
      case "withdraw": {
        const name = NAMES[step.name] ?? "";
        const ifindex = this.#intruders.get(name);
        this.#intruders.delete(name);
        if (ifindex !== undefined) this.#tellLinkGone(ifindex);
        break;
      }
      case "read":
        this.read(step.socket, step.count);
        break;
      case "overrun": {
        this.#unread.ports.length = 0;
        this.#unread.links.length = 0;
        const [first] = [...this.#listeners.ports, ...this.#listeners.links];
        first?.lost("ENOBUFS");
        break;
      }
    }
  }

  read(socket: "ports" | "links", count: number): void {
    const messages = this.#unread[socket].splice(0, count);
    if (messages.length === 0) return;
    for (const listener of this.#listeners[socket]) listener.receive(messages);
  }

  get hasUnread(): boolean {
    return this.#unread.ports.length + this.#unread.links.length > 0;
  }

  async request(protocol: number, { type, flags }: Request) {
    if (type === CONTROLLER) return ok([encodeFamily(DEVLINK, { config: 3 })]);
    if ((flags & FLAG.dump) === 0) return ok([]);
    return ok(protocol === PROTOCOL.route ? this.#links() : this.#ports());
  }

  subscribe(protocol: number, _groups: readonly number[], listener: Listener) {
    const listeners = protocol === PROTOCOL.route ? this.#listeners.links : this.#listeners.ports;
    // What was told before is not for who comes now.
    if (listeners.size === 0) this.#unread[protocol === PROTOCOL.route ? "links" : "ports"].length = 0;
    listeners.add(listener);
    return ok({ close: () => void listeners.delete(listener) });
  }

  #add(one: Function): void {
    if (one.isThere) return;
    one.isThere = true;
    one.ifindex = null;
    this.#unread.ports.push(encodePort({ ...this.#portOf(one), netdev: null }));
    this.#give(one);
    this.#tellPort(one);
  }

  #remove(one: Function): void {
    if (!one.isThere) return;
    this.#unread.ports.push(encodePort({ ...this.#portOf(one), netdev: null }));
    if (one.ifindex !== null) this.#tellLinkGone(one.ifindex);
    one.isThere = false;
    one.ifindex = null;
    this.#unread.ports.push(encodePortRemoval(this.#portOf(one)));
  }

  /** The device gets an index, and a name if its own is taken. */
  #give(one: Function): void {
    one.name =
      [one.name, ...NAMES, "x0", "x1", "x2", "x3"].find((name) => name !== "" && !this.#isTaken(name)) ??
      "x9";
    one.ifindex = this.#freeIndex();
    this.#unread.links.push(encodeLink(this.#linkOf(one)));
    if (this.kind.isModern) this.#tellPort(one);
  }

  #rename(one: Function, name: string): void {
    one.name = name;
    this.#unread.links.push(encodeLink(this.#linkOf(one)));
    if (this.kind.isModern) this.#tellPort(one);
  }

  #tellPort(one: Function): void {
    this.#unread.ports.push(encodePort(this.#portOf(one)));
  }

  #tellLinkGone(ifindex: number): void {
    this.#unread.links.push(encodeLinkRemoval(ifindex));
  }

  #isTaken(name: string): boolean {
    return this.ownerOf(name) !== undefined;
  }

  /** The smallest that is free: an index is soon another's. */
  #freeIndex(): number {
    const used = new Set([...this.#intruders.values(), ...this.functions.map(({ ifindex }) => ifindex)]);
    let index = 10;
    while (used.has(index)) index++;
    return index;
  }

  #portOf({ nic, vf, ifindex, name }: Function): DevlinkPort {
    const netdev = ifindex === null ? null : { ifindex, name };
    return port({ device: NICS[nic] ?? "", index: 100 + vf, flavour: "pcivf", pf: 0, vf, netdev });
  }

  #linkOf(one: Function): Link {
    const { nic, vf, ifindex, name } = one;
    const { hasNames, isModern } = this.kind;
    return link(ifindex ?? 0, name, {
      ...(hasNames ? { portName: `pf0vf${vf}`, switchId: `0${nic}`, parent: NICS[nic] ?? null } : {}),
      ...(isModern ? { devlinkPort: { device: NICS[nic] ?? "", index: 100 + vf } } : {}),
    });
  }

  #uplink(nic: number): { readonly port: DevlinkPort; readonly link: Link } {
    const [ifindex, name] = [2 + nic, `up${nic}`];
    const device = NICS[nic] ?? "";
    return {
      port: port({ device, index: 0, number: 0, netdev: { ifindex, name } }),
      link: link(ifindex, name, {
        permanentAddress: pfMacOf(nic),
        portName: "p0",
        switchId: `0${nic}`,
        parent: device,
      }),
    };
  }

  #ports(): readonly Message[] {
    const own = this.functions.filter(({ isThere }) => isThere).map((one) => this.#portOf(one));
    return [...NICS.map((_, nic) => this.#uplink(nic).port), ...own].map(encodePort);
  }

  #links(): readonly Message[] {
    const own = this.functions.filter(({ isThere, ifindex }) => isThere && ifindex !== null);
    const others = Array.from(this.#intruders, ([name, ifindex]) => link(ifindex, name, { kind: "dummy" }));
    return [
      ...NICS.map((_, nic) => this.#uplink(nic).link),
      ...own.map((one) => this.#linkOf(one)),
      ...others,
    ].map(encodeLink);
  }
}

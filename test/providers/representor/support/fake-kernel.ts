/** A kernel made of two tables, which answers over netlink in the kernel's own messages. */
import { Attributes } from "../../../../src/netlink/attributes.ts";
import type { DevlinkPort, PortName } from "../../../../src/netlink/devlink.ts";
import { type NetlinkError, netlinkError } from "../../../../src/netlink/error.ts";
import type { Link } from "../../../../src/netlink/link.ts";
import { formatMac } from "../../../../src/netlink/mac.ts";
import { FLAG, type Message } from "../../../../src/netlink/message.ts";
import { portNameIn } from "../../../../src/netlink/port-name.ts";
import {
  type Listener,
  type NetlinkTransport,
  PROTOCOL,
  type Request,
} from "../../../../src/netlink/transport.ts";
import { fail, ok, type Result } from "../../../../src/result.ts";
import {
  DEVLINK,
  encodeDevice,
  encodeFamily,
  encodeLink,
  encodeLinkRemoval,
  encodePort,
  encodePortRemoval,
  encodeVport,
  OVS_VPORT,
} from "../../../netlink/support/encode.ts";
import { link, port } from "./nic.ts";

const CONTROLLER = 16;
const GET_LINK = 18;
const GET_DEVICE = 1;
const ADD_PORT = 7;
const DELETE_PORT = 8;

export class FakeKernel implements NetlinkTransport {
  readonly ports = new Map<string, DevlinkPort>();
  /** Devlink devices, and those that are parts of them. */
  readonly devices = new Map<string, readonly string[]>();
  readonly links = new Map<number, Link>();
  /** The ports of Open vSwitch's datapath: their network devices' names by number. */
  readonly vports = new Map<number, string>();
  /** It tells the index of a datapath's port, as kernels from 4.15 on. */
  tellsVportIndexes = true;
  /** What it was asked to change, in words. */
  readonly changes: string[] = [];
  hasDevlink = true;
  refusesDumps = false;
  readonly #listeners = new Map<number, Set<Listener>>([
    [PROTOCOL.route, new Set()],
    [PROTOCOL.generic, new Set()],
  ]);

  /** How many subscriptions there are. */
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  setPort(port: DevlinkPort): void {
    this.ports.set(`${port.device}/${port.index}`, port);
    this.tell(PROTOCOL.generic, [encodePort(port)]);
  }

  setDevice(device: string, nested: readonly string[]): void {
    this.devices.set(device, nested);
    this.tell(PROTOCOL.generic, [encodeDevice(device, nested)]);
  }

  removePort(port: PortName): void {
    this.ports.delete(`${port.device}/${port.index}`);
    this.tell(PROTOCOL.generic, [encodePortRemoval(port)]);
  }

  setLink(link: Link): void {
    this.links.set(link.ifindex, link);
    this.tell(PROTOCOL.route, [encodeLink(link)]);
  }

  removeLink(ifindex: number): void {
    this.links.delete(ifindex);
    this.tell(PROTOCOL.route, [encodeLinkRemoval(ifindex)]);
  }

  /** A port's device goes to another namespace, of which devlink says nothing unless it is asked. */
  moveAway(ifindex: number): void {
    for (const [name, port] of this.ports) {
      if (port.netdev?.ifindex === ifindex) this.ports.set(name, { ...port, netdev: null });
    }
    this.removeLink(ifindex);
  }

  /** The device comes back, as one of this index. */
  moveBack(port: DevlinkPort, ifindex: number): void {
    const name = port.netdev?.name ?? "";
    this.ports.set(`${port.device}/${port.index}`, { ...port, netdev: { ifindex, name } });
    this.setLink(link(ifindex, name, { parent: port.device }));
  }

  /** One batch of messages for everyone who listens. */
  tell(protocol: number, messages: readonly Message[]): void {
    for (const listener of this.#listeners.get(protocol) ?? []) listener.receive(messages);
  }

  /** What is told from now on is lost, until this says so. */
  overrun(meanwhile: () => void): void {
    const lost = [...this.#listeners.values()].flatMap((listeners) => [...listeners]);
    for (const listeners of this.#listeners.values()) listeners.clear();
    meanwhile();
    lost[0]?.lost("ENOBUFS");
  }

  /** While it is set, whoever asks devlink waits for it: somebody works on a device. */
  busy: Promise<void> | null = null;
  /** Settles when the datapath's requests are answered. */
  datapathBusy: Promise<void> = Promise.resolve();

  async request(protocol: number, request: Request) {
    if (protocol === PROTOCOL.generic && request.type === DEVLINK && this.busy !== null) await this.busy;
    if (protocol === PROTOCOL.generic && request.type === OVS_VPORT) await this.datapathBusy;
    return this.#answer(protocol, request);
  }

  #answer(protocol: number, request: Request): Result<readonly Message[], NetlinkError> {
    const { type, flags, payload } = request;
    const isDump = (flags & FLAG.dump) !== 0;
    if (isDump && this.refusesDumps) return fail(netlinkError("system", "netlink: no memory", 12));
    if (protocol === PROTOCOL.route) {
      if (type === GET_LINK) return ok([...this.links.values()].map(encodeLink));
      const ifindex = new DataView(payload.buffer, payload.byteOffset).getInt32(4, true);
      this.changes.push(`link ${this.links.get(ifindex)?.name} ${payload[8] === 1 ? "up" : "down"}`);
      return ok([]);
    }
    if (type === CONTROLLER) return this.#family(new TextDecoder().decode(payload.subarray(8)));
    if (type === OVS_VPORT) return this.#vport(isDump, payload);
    if (isDump && payload[0] === GET_DEVICE)
      return ok(Array.from(this.devices, ([device, nested]) => encodeDevice(device, nested)));
    if (isDump) return ok([...this.ports.values()].map(encodePort));
    return this.#change(payload);
  }

  /** Why it makes no sub-function, and gives none an address; null: it does. */
  refuses: { readonly add: string | null; readonly address: string | null } = { add: null, address: null };

  /** Why it deletes no sub-function; null: it does. */
  refusesDeletion: string | null = null;

  #change(payload: Uint8Array): Result<readonly Message[], NetlinkError> {
    const attributes = new Attributes(payload.subarray(4));
    const details = attributes.nested(145);
    const name = portNameIn(attributes);
    if (payload[0] === ADD_PORT) return this.#addSubFunction(attributes);
    if (name === null) return fail(netlinkError("refused", "the kernel refused it: EINVAL", 22));
    const words = `${name.device}/${name.index}`;
    if (payload[0] === DELETE_PORT) {
      if (!this.ports.has(words)) return fail(netlinkError("refused", "the kernel refused it: ENODEV", 19));
      if (this.refusesDeletion !== null) return fail(netlinkError("refused", this.refusesDeletion, 16));
      this.changes.push(`delete ${words}`);
      const ifindex = this.ports.get(words)?.netdev?.ifindex;
      if (ifindex !== undefined) this.removeLink(ifindex);
      this.removePort(name);
    } else if (details?.has(1) === true) {
      if (this.refuses.address !== null) return fail(netlinkError("refused", this.refuses.address, 95));
      this.changes.push(`address of ${words} ${formatMac(details.bytes(1))}`);
    } else this.changes.push(`function ${words} ${details?.u8(2) === 1 ? "active" : "inactive"}`);
    return ok([]);
  }

  #addSubFunction(attributes: Attributes): Result<readonly Message[], NetlinkError> {
    if (this.refuses.add !== null) return fail(netlinkError("refused", this.refuses.add, 95));
    const device = `${attributes.text(1)}/${attributes.text(2)}`;
    const [pf, sf, controller] = [
      attributes.u16(127) ?? 0,
      attributes.u32(164) ?? 0,
      attributes.u32(150) ?? 0,
    ];
    this.changes.push(`add ${device} controller ${controller} pf ${pf} sf ${sf}`);
    const made = port({
      ...{ device, index: 30_000 + sf, flavour: "pcisf", pf, sf, controller, external: controller !== 0 },
      netdev: { ifindex: 3000 + sf, name: `sf${sf}` },
      function: { hardwareAddress: null, active: false },
    });
    this.setLink(link(3000 + sf, `sf${sf}`, { isUp: false }));
    this.setPort(made);
    return ok([encodePort(made)]);
  }

  subscribe(protocol: number, _groups: readonly number[], listener: Listener) {
    this.#listeners.get(protocol)?.add(listener);
    return ok({ close: () => void this.#listeners.get(protocol)?.delete(listener) });
  }

  #family(name: string) {
    if (name.startsWith("devlink") && this.hasDevlink) return ok([encodeFamily(DEVLINK, { config: 3 })]);
    if (name.startsWith("ovs_vport")) return ok([encodeFamily(OVS_VPORT, {})]);
    return fail(netlinkError("refused", "the kernel refused it: ENOENT", 2));
  }

  #vport(isDump: boolean, payload: Uint8Array) {
    const indexOf = (name: string) =>
      [...this.links.values()].find((link) => this.tellsVportIndexes && link.name === name)?.ifindex ?? null;
    if (isDump)
      return ok(Array.from(this.vports, ([number, name]) => encodeVport(number, name, indexOf(name))));
    const number = payload[12] ?? 0;
    this.changes.push(`datapath without ${this.vports.get(number)}`);
    this.vports.delete(number);
    return ok([]);
  }
}

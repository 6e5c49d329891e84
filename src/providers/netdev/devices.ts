/**
 * The network devices of this host, from rtnetlink: a dump, then every change. When the kernel loses messages, all devices are
 * read anew.
 *
 * Invariants: the subscription begins before the dump, and changes that arrive during the dump apply after the dump. Nothing
 * waits for the kernel: until the kernel has answered, `fault` says so.
 */
import { isDeepStrictEqual } from "node:util";
import {
  alternativeNames,
  deviceBelow,
  LINK_GROUP,
  type Link,
  linkDumpRequest,
  parseLinkEvent,
} from "../../netlink/link.ts";
import type { Message } from "../../netlink/message.ts";
import { type NetlinkTransport, PROTOCOL, type Subscription } from "../../netlink/transport.ts";
import type { WantedDevice } from "./options.ts";

export interface Device extends Link {
  readonly alternativeNames: readonly string[];
  /** The index of the device on which it stands, as a VLAN does; null: it stands on none, or nobody tells. */
  readonly below: number | null;
  /** The address of its PCI device; null: no PCI device is known. */
  readonly pci: string | null;
}

export interface DevicesOptions {
  readonly netlink: NetlinkTransport;
  /** Looks up the PCI address of a network device, where the kernel's messages have none; null: no address. */
  readonly pciOf: (name: string) => string | null;
  /** @param isFresh true: the device came after the first dump */
  readonly onAppeared: (device: Device, isFresh: boolean) => void;
  readonly onGone: (ifindex: number) => void;
  readonly onRename: (device: Device, before: string) => void;
  /** Called when the known devices have changed, or `fault` has. */
  readonly onChange: () => void;
  readonly log: (level: "warn" | "info", message: string) => void;
}

const RETRY_MS = 1000;
const ASK_AGAIN_MS = 500;
const READING = "the kernel has not said yet which network devices there are";

export class Devices {
  readonly #options: DevicesOptions;
  readonly #byIndex = new Map<number, Device>();
  #subscription: Subscription | null = null;
  #heard: Message[] | null = [];
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #hasRead = false;
  #fault: string | null = READING;
  #readAt = 0;
  /** A number that changes with every change of the known devices. */
  #version = 0;

  constructor(options: DevicesOptions) {
    this.#options = options;
  }

  /** Why the known devices may be stale; null: they are up to date. */
  get fault(): string | null {
    return this.#fault;
  }

  get(ifindex: number): Device | undefined {
    return this.#byIndex.get(ifindex);
  }

  /** All that match, in the order of the kernel: also such as only borrow a MAC address, and cannot be plugged. */
  find({ by, value }: WantedDevice): readonly Device[] {
    return [...this.#byIndex.values()].filter((device) => {
      if (by === "name") return device.name === value;
      if (by === "altname") return device.alternativeNames.includes(value);
      if (by === "pci") return device.pci === value;
      return device.address === value || device.permanentAddress === value;
    });
  }

  /** Reads all devices again when an alternative name is missing: the kernel sends no message when somebody adds such a name. */
  askAgain(): void {
    if (this.#fault === null && performance.now() - this.#readAt > ASK_AGAIN_MS) void this.open();
  }

  async open(): Promise<void> {
    this.close();
    const round = this.#round;
    const before = this.#version;
    this.#readAt = performance.now();
    this.#heard = [];
    const { netlink, log, onChange } = this.#options;
    const subscribed = netlink.subscribe(PROTOCOL.route, [LINK_GROUP], {
      receive: (messages) => this.#receive(messages),
      lost: (reason) => {
        log("info", `netlink messages were lost (${reason}): reading the network devices anew`);
        void this.open();
      },
    });
    if (!subscribed.ok) {
      this.#tryAgain(subscribed.error.message);
      return;
    }
    this.#subscription = subscribed.value;
    const dumped = await netlink.request(PROTOCOL.route, linkDumpRequest());
    if (round !== this.#round) return;
    if (!dumped.ok) {
      this.#tryAgain(dumped.error.message);
      return;
    }
    const heard = this.#heard ?? [];
    this.#heard = null;
    const there = new Set(dumped.value.map((message) => this.#apply(message)));
    for (const ifindex of [...this.#byIndex.keys()]) if (!there.has(ifindex)) this.#remove(ifindex);
    for (const message of heard) this.#apply(message);
    const isNews = this.#fault !== null || this.#version !== before;
    this.#fault = null;
    this.#hasRead = true;
    if (isNews) onChange();
  }

  close(): void {
    this.#round++;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#subscription?.close();
    this.#subscription = null;
  }

  #tryAgain(reason: string): void {
    this.close();
    const fault = `the network devices cannot be read: ${reason}`;
    if (fault !== this.#fault) this.#options.log("warn", fault);
    this.#fault = fault;
    this.#options.onChange();
    this.#timer = setTimeout(() => void this.open(), RETRY_MS);
  }

  #receive(messages: readonly Message[]): void {
    if (this.#heard !== null) {
      this.#heard.push(...messages);
      return;
    }
    const before = this.#version;
    for (const message of messages) this.#apply(message);
    if (this.#version !== before) this.#options.onChange();
  }

  /** Takes in a message. @returns the index of the device in the message; null: the message has none, or a removal */
  #apply(message: Message): number | null {
    const event = parseLinkEvent(message);
    if (!event.ok) {
      this.#options.log("warn", `${event.error.message}: left out`);
      return null;
    }
    if (event.value === null) return null;
    if (event.value.kind === "removed") {
      this.#remove(event.value.ifindex);
      return null;
    }
    const { link } = event.value;
    const names = alternativeNames(message);
    const below = deviceBelow(message);
    const before = this.#byIndex.get(link.ifindex);
    const parent = /^pci\/(.+)$/.exec(link.parent ?? "")?.[1] ?? null;
    const pci = parent ?? before?.pci ?? this.#options.pciOf(link.name);
    const device: Device = {
      ...link,
      alternativeNames: names.ok ? names.value : [],
      below: below.ok ? below.value : null,
      pci,
    };
    if (isDeepStrictEqual(before, device)) return link.ifindex;
    this.#version++;
    this.#byIndex.set(link.ifindex, device);
    if (before === undefined) this.#options.onAppeared(device, this.#hasRead);
    else if (before.name !== device.name) this.#options.onRename(device, before.name);
    return link.ifindex;
  }

  #remove(ifindex: number): void {
    if (!this.#byIndex.delete(ifindex)) return;
    this.#version++;
    this.#options.onGone(ifindex);
  }
}

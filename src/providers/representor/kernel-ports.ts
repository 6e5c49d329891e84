/**
 * Keeps the port table as the kernel has it: a dump of devlink's ports and of the network devices, then what the
 * kernel tells of them. When it could not tell everything, the tables are read anew.
 *
 * Invariant: it listens before it reads, so nothing falls between; what it heard and read twice changes nothing.
 */
import {
  DEVLINK_CONFIG_GROUP,
  DEVLINK_FAMILY,
  type DevlinkPort,
  parsePortEvent,
  portDumpRequest,
} from "../../netlink/devlink.ts";
import type { NetlinkError } from "../../netlink/error.ts";
import { type Family, findFamily } from "../../netlink/generic.ts";
import { LINK_GROUP, type Link, linkDumpRequest, parseLinkEvent } from "../../netlink/link.ts";
import type { Message } from "../../netlink/message.ts";
import { type NetlinkTransport, PROTOCOL, type Subscription } from "../../netlink/transport.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { PortTable } from "./port-table.ts";

export interface KernelPortsOptions {
  readonly netlink: NetlinkTransport;
  readonly table: PortTable;
  /** The table is another one than before, for one batch of messages, or it is (not) being read. */
  readonly onChange: () => void;
  readonly log: (level: "warn" | "info" | "debug", message: string) => void;
}

/** Between tries to read the tables, when reading them failed. */
const RETRY_MS = 1000;

export class KernelPorts {
  readonly #options: KernelPortsOptions;
  #subscriptions: Subscription[] = [];
  #retry: ReturnType<typeof setTimeout> | null = null;
  #family: Family | null = null;
  #fault: string | null = null;
  /** A network device came while some port's was gone. */
  #mayHaveReturned = false;

  constructor(options: KernelPortsOptions) {
    this.#options = options;
  }

  /** Why the table may be out of date; null while it is the kernel's. */
  get fault(): string | null {
    return this.#fault;
  }

  /** The number of the family `devlink`; 0 before `open`. */
  get familyId(): number {
    return this.#family?.id ?? 0;
  }

  /** Reads the tables and starts to listen; when this succeeds, the table is the kernel's. */
  open(): Result<void, NetlinkError> {
    const opened = this.#listenAndRead();
    if (!opened.ok) this.close();
    return opened.ok ? ok(undefined) : opened;
  }

  close(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    for (const subscription of this.#subscriptions) subscription.close();
    this.#subscriptions = [];
  }

  /** @returns whether the table changed */
  #listenAndRead(): Result<boolean, NetlinkError> {
    const { netlink, table } = this.#options;
    const family = findFamily(netlink, DEVLINK_FAMILY);
    if (!family.ok) return family;
    this.#family = family.value;
    const { id, groups } = family.value;
    const listened =
      this.#listen(PROTOCOL.generic, groups.get(DEVLINK_CONFIG_GROUP) ?? 0, (message) =>
        this.#hearPort(message),
      ) ?? this.#listen(PROTOCOL.route, LINK_GROUP, (message) => this.#hearLink(message));
    if (listened !== null) return fail(listened);
    const links = netlink.request(PROTOCOL.route, linkDumpRequest());
    if (!links.ok) return links;
    const ports = netlink.request(PROTOCOL.generic, portDumpRequest(id));
    if (!ports.ok) return ports;
    this.#fault = null;
    return ok(table.replace(this.#portsIn(ports.value), this.#linksIn(links.value)));
  }

  /** @returns the error, if there is one */
  #listen(
    protocol: typeof PROTOCOL.route | typeof PROTOCOL.generic,
    group: number,
    hear: (message: Message) => boolean,
  ): NetlinkError | null {
    const subscribed = this.#options.netlink.subscribe(protocol, [group], {
      receive: (messages) => {
        const changes = messages.map(hear);
        if (this.#mayHaveReturned) changes.push(this.#askAgain());
        if (changes.includes(true)) this.#options.onChange();
      },
      lost: (reason) => this.#readAnew(reason),
    });
    if (!subscribed.ok) return subscribed.error;
    this.#subscriptions.push(subscribed.value);
    return null;
  }

  #readAnew(reason: string): void {
    this.#options.log("info", `netlink messages were lost (${reason}): reading the kernel's ports anew`);
    this.#tryAgain();
  }

  #tryAgain(): void {
    this.close();
    const hadFault = this.#fault !== null;
    const read = this.#listenAndRead();
    if (read.ok) {
      if (read.value || hadFault) this.#options.onChange();
      return;
    }
    this.close();
    this.#fault = `the kernel's ports cannot be read: ${read.error.message}`;
    this.#options.log("warn", this.#fault);
    if (!hadFault) this.#options.onChange();
    this.#retry = setTimeout(() => this.#tryAgain(), RETRY_MS);
  }

  #hearPort(message: Message): boolean {
    const event = this.#understood(parsePortEvent(message));
    if (event === null) return false;
    const { table } = this.#options;
    return event.kind === "present" ? table.setPort(event.port) : table.removePort(event.port);
  }

  /** A network device has come, which may be that of a port whose device went: the ports are asked, not the index. */
  #askAgain(): boolean {
    this.#mayHaveReturned = false;
    const { netlink, table } = this.#options;
    const ports = netlink.request(PROTOCOL.generic, portDumpRequest(this.familyId));
    if (ports.ok) return this.#portsIn(ports.value).filter((port) => table.setPort(port)).length > 0;
    this.#options.log("warn", `the kernel's ports cannot be asked again: ${ports.error.message}`);
    return false;
  }

  #hearLink(message: Message): boolean {
    const event = this.#understood(parseLinkEvent(message));
    if (event === null) return false;
    const { table } = this.#options;
    const isNew = event.kind === "present" && table.link(event.link.ifindex) === undefined;
    this.#mayHaveReturned ||= isNew && table.hasDeserted;
    return event.kind === "present" ? table.setLink(event.link) : table.removeLink(event.ifindex);
  }

  #portsIn(messages: readonly Message[]): readonly DevlinkPort[] {
    return messages.flatMap((message) => {
      const event = this.#understood(parsePortEvent(message));
      return event?.kind === "present" ? [event.port] : [];
    });
  }

  #linksIn(messages: readonly Message[]): readonly Link[] {
    return messages.flatMap((message) => {
      const event = this.#understood(parseLinkEvent(message));
      return event?.kind === "present" ? [event.link] : [];
    });
  }

  /** A message that is malformed is told of and left out; the others count. */
  #understood<T>(parsed: Result<T | null, NetlinkError>): T | null {
    if (parsed.ok) return parsed.value;
    this.#options.log("warn", `${parsed.error.message}: left out`);
    return null;
  }
}

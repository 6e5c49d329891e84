/**
 * Keeps the facts about ports and network devices up to date: a dump of devlink's devices and ports and of the network devices,
 * then the kernel's messages. When the kernel loses messages, everything is read anew.
 *
 * Invariants: the subscriptions begin before the dumps, and messages that arrive during a dump apply after the dump, so no
 * change is missed. Nothing waits for the kernel: until the kernel has answered, `fault` says what is missing.
 */
import {
  DEVLINK_CONFIG_GROUP,
  DEVLINK_FAMILY,
  type DevlinkPort,
  deviceDumpRequest,
  parseDevlinkEvent,
  portDumpRequest,
} from "../../netlink/devlink.ts";
import type { NetlinkError } from "../../netlink/error.ts";
import { type Family, findFamily } from "../../netlink/generic.ts";
import { LINK_GROUP, type Link, linkDumpRequest, parseLinkEvent } from "../../netlink/link.ts";
import type { Message } from "../../netlink/message.ts";
import {
  type NetlinkTransport,
  PROTOCOL,
  type Protocol,
  type Request,
  type Subscription,
} from "../../netlink/transport.ts";
import { ok, type Result } from "../../result.ts";
import type { Facts } from "./facts.ts";

export interface KernelPortsOptions {
  readonly netlink: NetlinkTransport;
  readonly facts: Facts;
  /** Called once for a batch of messages that changed the facts, and when `fault` changes. */
  readonly onChange: () => void;
  /** Called when a network device has a new name. */
  readonly onRename: (link: Link, before: Link) => void;
  readonly log: (level: "warn" | "info" | "debug", message: string) => void;
}

/** The time between two tries when reading fails, in milliseconds. */
const RETRY_MS = 1000;
/** The time for which answers use the former facts while the kernel is read anew, in milliseconds. */
const GRACE_MS = 1000;
const ENOENT = 2;

const READING =
  "the kernel is being asked for its ports; it answers when nobody works on a NIC any more (devlink dev flash or reload, for instance)";

/** One dump, and the messages that follow: the subscriptions end with the session. */
interface Session {
  readonly subscriptions: Subscription[];
  /** The messages that arrived during the dump; null: the dump is complete. */
  heard: (() => void)[] | null;
}

export class KernelPorts {
  readonly #options: KernelPortsOptions;
  #session: Session | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #family: Family | null = null;
  #fault: string | null = READING;
  #asking: "no" | "yes" | "once more" = "no";
  /** The messages about ports that arrived while the ports were asked for again. */
  #heardMeanwhile: Message[] = [];
  /** Set after asking again has failed: nobody else asks, because the doubts stay the same. */
  #askTimer: ReturnType<typeof setTimeout> | null = null;
  /** Why asking again failed last; null: it did not. */
  #askFault: string | null = null;

  constructor(options: KernelPortsOptions) {
    this.#options = options;
  }

  /** Why the facts may be stale; null: they are up to date. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Whether the dump is complete and no message was lost since. */
  get isCurrent(): boolean {
    return this.#fault === null && this.#session !== null && this.#session.heard === null;
  }

  /** The number of the family `devlink`; 0: the kernel has no devlink. */
  get familyId(): number {
    return this.#family?.id ?? 0;
  }

  /** Subscribes and reads. Resolves after the first try. */
  open(): Promise<void> {
    return this.#readAll();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stopAskTimer();
    for (const subscription of this.#session?.subscriptions ?? []) subscription.close();
    this.#session = null;
  }

  /**
   * Reads the ports again, because facts about them are in doubt. A call during such a reading makes one more reading follow. When
   * a reading fails, the next one follows after {@link RETRY_MS}.
   */
  async askAgain(): Promise<void> {
    const { netlink, facts, onChange } = this.#options;
    if (this.#asking !== "no") {
      this.#asking = "once more";
      return;
    }
    const session = this.#session;
    if (session?.heard !== null || this.#family === null) return;
    this.#stopAskTimer();
    this.#asking = "yes";
    const meanwhile: Message[] = [];
    this.#heardMeanwhile = meanwhile;
    const answer = await netlink.request(PROTOCOL.generic, portDumpRequest(this.#family.id));
    const isOld = this.#isAskedMeanwhile();
    this.#asking = "no";
    if (this.#session !== session) return;
    if (isOld) return await this.askAgain();
    if (!answer.ok) return this.#askLater(answer.error.message);
    this.#askFault = null;
    const before = facts.version;
    facts.replacePorts(this.#portsIn(answer.value));
    for (const message of meanwhile) this.#applyPort(message);
    if (facts.version !== before) onChange();
  }

  #askLater(fault: string): void {
    if (fault !== this.#askFault) {
      this.#options.log("warn", `the kernel's ports cannot be asked again: ${fault}`);
    }
    this.#askFault = fault;
    this.#askTimer = setTimeout(() => void this.askAgain(), RETRY_MS);
  }

  #stopAskTimer(): void {
    if (this.#askTimer !== null) clearTimeout(this.#askTimer);
    this.#askTimer = null;
  }

  #isAskedMeanwhile(): boolean {
    return this.#asking === "once more";
  }

  async #readAll(): Promise<void> {
    this.close();
    const session: Session = { subscriptions: [], heard: [] };
    this.#session = session;
    const read = await this.#listenAndRead(session);
    // Somebody has closed this session, or begun another session.
    if (this.#session !== session) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (read.ok) return this.#settle(session, null);
    this.close();
    this.#settle(null, `the kernel's ports cannot be read: ${read.error.message}`);
    this.#timer = setTimeout(() => void this.#readAll(), RETRY_MS);
  }

  #settle(session: Session | null, fault: string | null): void {
    if (fault !== null && fault !== this.#fault) this.#options.log("warn", fault);
    this.#fault = fault;
    const heard = session?.heard ?? [];
    if (session !== null) session.heard = null;
    for (const apply of heard) apply();
    this.#options.onChange();
  }

  async #listenAndRead(session: Session): Promise<Result<void, NetlinkError>> {
    const { netlink, facts } = this.#options;
    const family = await findFamily(netlink, DEVLINK_FAMILY);
    const isThere = () => this.#session === session;
    if (!isThere()) return ok(undefined);
    // A kernel without devlink can have NICs too; the names that drivers give identify their functions.
    const hasNone = !family.ok && family.error.errno === ENOENT;
    if (!family.ok && !hasNone) return family;
    this.#family = family.ok ? family.value : null;
    if (family.ok) {
      const group = family.value.groups.get(DEVLINK_CONFIG_GROUP) ?? 0;
      const listened = this.#listen(session, PROTOCOL.generic, group, (message) => this.#hearPort(message));
      if (!listened.ok) return listened;
    }
    const listened = this.#listen(session, PROTOCOL.route, LINK_GROUP, (message) => this.#hearLink(message));
    if (!listened.ok) return listened;
    const links = await netlink.request(PROTOCOL.route, linkDumpRequest());
    if (!links.ok) return links;
    const none = ok<readonly Message[]>([]);
    const ask = (request: (family: number) => Request) =>
      family.ok ? netlink.request(PROTOCOL.generic, request(family.value.id)) : none;
    const devices = await ask(deviceDumpRequest);
    if (!devices.ok) return devices;
    const ports = await ask(portDumpRequest);
    if (!ports.ok) return ports;
    if (!isThere()) return ok(undefined);
    const before = new Map(facts.links);
    facts.replaceLinks(this.#linksIn(links.value));
    facts.replaceDevices(this.#devicesIn(devices.value));
    facts.replacePorts(this.#portsIn(ports.value));
    // A rename whose message was lost counts too.
    for (const [ifindex, { link }] of facts.links) {
      const known = before.get(ifindex)?.link;
      if (known !== undefined && known.name !== link.name) this.#options.onRename(link, known);
    }
    return ok(undefined);
  }

  #listen(
    session: Session,
    protocol: Protocol,
    group: number,
    hear: (message: Message) => void,
  ): Result<void, NetlinkError> {
    const { facts, netlink, onChange } = this.#options;
    const subscribed = netlink.subscribe(protocol, [group], {
      receive: (messages) => {
        if (session.heard !== null) {
          session.heard.push(() => messages.forEach(hear));
          return;
        }
        const before = facts.version;
        messages.forEach(hear);
        if (facts.version !== before) onChange();
      },
      lost: (reason) => this.#readAnew(reason),
    });
    if (!subscribed.ok) return subscribed;
    session.subscriptions.push(subscribed.value);
    return ok(undefined);
  }

  #readAnew(reason: string): void {
    this.#options.log("info", `netlink messages were lost (${reason}): reading the kernel's ports anew`);
    void this.#readAll();
    this.#timer = setTimeout(() => {
      this.#fault = READING;
      this.#options.onChange();
    }, GRACE_MS);
  }

  #hearPort(message: Message): void {
    if (this.#asking !== "no") this.#heardMeanwhile.push(message);
    this.#applyPort(message);
  }

  #applyPort(message: Message): void {
    const event = this.#understood(parseDevlinkEvent(message));
    if (event === null) return;
    const { facts } = this.#options;
    if (event.kind === "present") facts.setPort(event.port);
    else if (event.kind === "removed") facts.removePort(event.port);
    else facts.setNested(event.device, event.nested);
  }

  #hearLink(message: Message): void {
    const event = this.#understood(parseLinkEvent(message));
    if (event === null) return;
    const { facts, onRename } = this.#options;
    if (event.kind === "removed") {
      facts.removeLink(event.ifindex);
      return;
    }
    const before = facts.setLink(event.link);
    if (before !== undefined && before.name !== event.link.name) onRename(event.link, before);
  }

  #portsIn(messages: readonly Message[]): readonly DevlinkPort[] {
    return messages.flatMap((message) => {
      const event = this.#understood(parseDevlinkEvent(message));
      return event?.kind === "present" ? [event.port] : [];
    });
  }

  #devicesIn(messages: readonly Message[]): ReadonlyMap<string, readonly string[]> {
    return new Map(
      messages.flatMap((message) => {
        const event = this.#understood(parseDevlinkEvent(message));
        return event?.kind === "device" ? [[event.device, event.nested] as const] : [];
      }),
    );
  }

  #linksIn(messages: readonly Message[]): readonly Link[] {
    return messages.flatMap((message) => {
      const event = this.#understood(parseLinkEvent(message));
      return event?.kind === "present" ? [event.link] : [];
    });
  }

  /** The parsed message. A malformed message is logged and left out. */
  #understood<T>(parsed: Result<T | null, NetlinkError>): T | null {
    if (parsed.ok) return parsed.value;
    this.#options.log("warn", `${parsed.error.message}: left out`);
    return null;
  }
}

/**
 * What must be true of every decision, said a second time: from the rows of the two databases and the rules
 * of docs/rules.md alone, without the graph's own notions of what is wanted, owned or known.
 */
import { consultationsOf } from "../../../src/plug/advice.ts";
import type { Change, Create, Remove, Replug, Update } from "../../../src/plug/change.ts";
import { type InterfaceEdit, sameContent } from "../../../src/plug/desired.ts";
import type { BridgeRow, InterfaceRow, PortBindingRow } from "../../../src/plug/rows.ts";
import { isMisplaced, MAINTAINED } from "./devices.ts";
import { OUTSIDE, type World } from "./world.ts";

/** The first thing that is wrong with what is to be written now, or undefined. */
export function faultOfChanges(world: World): string | undefined {
  const written = new Set<string>();
  for (const [lport, { change }] of world.statuses) {
    if (change === null) continue;
    const fault = new Inspection(world, lport).faultOf(change);
    if (fault !== undefined) return `${lport}: ${change.kind}: ${fault}`;
    for (const name of namesOf(change)) {
      if (written.has(name)) return `${lport}: another change writes ${name} as well`;
      written.add(name);
    }
    const busy = rowsOf(change).find((row) => isOnItsWay(world, lport, row));
    if (busy !== undefined) return `${lport}: ${change.kind}: a change of ${busy.name} is on its way`;
  }
  return faultOfUnplugs(world) ?? faultOfBound(world);
}

/** P8: what is plugged and not bound here is told so, with whose it is, and nothing else is. */
function faultOfBound(world: World): string | undefined {
  const { chassis, portBinding } = world.southbound;
  for (const [lport, { state, reason, unbound, interface: name }] of world.statuses) {
    const row = [...portBinding.told.values()].find((one) => one.logical_port === lport);
    const { name: own } = new Inspection(world, lport).chassis;
    const here = [...chassis.told.values()].find((one) => one.name === own);
    const observed = [...world.local.iface.told.values()].find((one) => one.name === name);
    const isBound = row?.chassis === here?._uuid || row?.additional_chassis.has(here?._uuid ?? row._uuid);
    if (unbound === undefined) {
      const isSilent = state === "plugged" && reason === null && row !== undefined && here !== undefined;
      if (isSilent && !isBound) return `${lport} is not bound here, and nothing says so`;
    } else if (row === undefined || isBound || typeof observed?.ofport !== "number") {
      return `${lport} is said to be not bound: ${reason}`;
    } else if (unbound.by !== (row.chassis ?? [...row.additional_chassis].sort()[0] ?? null)) {
      return `${lport} is said to be bound by ${unbound.by}`;
    }
  }
  return undefined;
}

/** The interfaces, as they are, that a change edits or removes. */
function rowsOf(change: Change): readonly InterfaceRow[] {
  switch (change.kind) {
    case "create":
      return [];
    case "update":
    case "remove":
      return [change.interface];
    case "replug":
      return [...(change.remove === null ? [] : [change.remove.interface]), ...rowsOf(change.take)];
  }
}

/** Another port's change of the interface as it is has been sent, so that the server would refuse this one. */
function isOnItsWay(world: World, lport: string, row: InterfaceRow): boolean {
  return [...world.attempts].some(
    ([other, attempt]) =>
      other !== lport &&
      attempt.phase === "in-flight" &&
      rowsOf(attempt.change).some((sent) => sameContent(sent, row)),
  );
}

/** The names of the interfaces that a change makes, edits or removes. */
function namesOf(change: Change): readonly string[] {
  switch (change.kind) {
    case "create":
      return [change.desired.wanted.name];
    case "update":
    case "remove":
      return [change.interface.name];
    case "replug":
      return [
        ...(change.remove === null ? [] : [change.remove.interface.name]),
        change.take.desired.wanted.name,
      ];
  }
}

/** U6: whatever is due, no more goes in one pass than is allowed, and nothing under a Southbound that is not known. */
function faultOfUnplugs(world: World): string | undefined {
  const unplugged = [...world.statuses].filter(([lport, { change }]) => {
    if (world.confirmed.has(lport) || change?.kind !== "remove") return false;
    return change.misplaced === undefined || whoAnswers(world, lport) === OUTSIDE;
  });
  if (world.stranger !== null && unplugged.length > 0) return "a Southbound that is not known makes one go";
  const owned = world.local.iface.rows.filter((row) => {
    const lport = row.external_ids.get("iface-id") ?? "";
    return new Inspection(world, lport).isOwned(row);
  });
  const limit = (world.settings.maxUnplugPercent / 100) * owned.length;
  if (unplugged.length < 2 || unplugged.length <= limit) return undefined;
  return `${unplugged.length} of ${owned.length} are unplugged in one pass`;
}

function whoAnswers(world: World, lport: string): string | undefined {
  const [first] = consultationsOf(world.engine.data(world.graph.advice).get(lport));
  return first?.question.provider.type;
}

/** One logical port, looked at from outside. */
export class Inspection {
  readonly #world: World;
  readonly #lport: string;

  constructor(world: World, lport: string) {
    this.#world = world;
    this.#lport = lport;
  }

  faultOf(change: Change): string | undefined {
    if (!this.#world.isActive) return "nobody may write now";
    if (this.#world.attempts.get(this.#lport)?.phase === "in-flight")
      return "another change of it is in flight";
    switch (change.kind) {
      case "create":
        if (this.interfaces.length > 0) return "it has an interface already";
        return this.#faultOfCreate(change);
      case "update":
        return this.#faultOfUpdate(change);
      case "remove":
        if (change.misplaced !== undefined) return this.#faultOfSendingAway(change);
        if (change.keeps !== undefined) return this.#faultOfLeftover(change);
        return this.#faultOfRemove(change) ?? this.#faultOfUnplug();
      case "replug":
        if (this.#world.settings.onRename !== "replug") return "plug.on_rename is not replug";
        return this.#faultOfReplug(change);
    }
  }

  /** The port binding as the Southbound server has it, whatever is in view. */
  get binding(): PortBindingRow | undefined {
    return this.#world.southbound.bindingOf(this.#lport);
  }

  get chassis() {
    const name = this.#world.settings.chassis ?? this.#externalId("system-id");
    const row = this.#world.southbound.chassis.find((one) => one.name === name);
    return { name, uuid: row?._uuid, hostname: row?.hostname };
  }

  get bridge(): BridgeRow | undefined {
    const name = this.#world.settings.bridge ?? this.#externalId("ovn-bridge") ?? "br-int";
    return this.#world.local.bridge.find((row) => row.name === name);
  }

  /** Interfaces on the integration bridge with the logical port's iface-id. */
  get interfaces(): readonly InterfaceRow[] {
    return this.#world.local.iface.rows.filter((row) => {
      return row.external_ids.get("iface-id") === this.#lport && this.#portOf(row) !== undefined;
    });
  }

  get isWanted(): boolean {
    const { binding, chassis } = this;
    if (binding === undefined || chassis.uuid === undefined || !isVif(binding)) return false;
    if (!binding.options.has("vif-plug-type")) return false;
    if (binding.requested_chassis === chassis.uuid) return true;
    return this.#world.settings.additionalChassis && binding.requested_additional_chassis.has(chassis.uuid);
  }

  /** Nothing has been said that would let it stay plugged here. */
  get isDue(): boolean {
    const { binding } = this;
    if (binding === undefined) return true;
    // Whatever type or parent it has by now, a port that moved away is not this chassis's any more.
    if (!this.#isBindable(binding)) return !this.#isOursByAnotherName(binding);
    if (!isVif(binding)) return false;
    return !binding.options.has("vif-plug-type") && this.#world.settings.onWithdraw === "unplug";
  }

  isOwned(row: InterfaceRow): boolean {
    const { external_ids, name } = row;
    if (!external_ids.has("iface-id") || !external_ids.has("ovn-plugged")) return false;
    if (this.#world.local.port.rows.filter(({ interfaces }) => interfaces.has(row._uuid)).length > 1)
      return false;
    return this.#portOf(row)?.interfaces.size === 1 && name !== this.bridge?.name;
  }

  #faultOfCreate({ bridge, desired }: Create): string | undefined {
    const { name } = desired.wanted;
    if (bridge.uuid !== this.bridge?._uuid) return "not on the integration bridge";
    if (this.#world.local.iface.find((row) => row.name === name) !== undefined)
      return `${name} is there already`;
    if (name !== this.#world.devices.of(this.#lport).name) return `nobody asked for ${name}`;
    return this.#faultOfWanted();
  }

  #faultOfUpdate({ interface: row, edit, adoption, together = [] }: Update): string | undefined {
    const fault = this.#faultOfWanted() ?? this.#faultOfEdit(edit) ?? this.#faultOfMates(together);
    if (fault !== undefined) return fault;
    if (row.name !== this.#world.devices.of(this.#lport).name) return `nobody asked for ${row.name}`;
    if (adoption === undefined) return this.#faultOfEdited(row);
    if (this.interfaces.length > 0) return "it has an interface already";
    return new Inspection(this.#world, adoption.from).#faultOfHandOver(row, this.#lport);
  }

  /** P4 and P6: it leaves what it has for what its provider answers, and nothing that it leaves is left behind. */
  #faultOfReplug({ leaves, remove, take, together = [] }: Replug): string | undefined {
    const fault =
      this.#faultOfWanted() ??
      this.#faultOfEdited(leaves) ??
      this.#faultOfLeave(leaves) ??
      this.#faultOfMates(together);
    if (fault !== undefined) return fault;
    if (take.desired.wanted.name === leaves.name) return "it has that name already";
    if (remove === null && this.#world.statuses.size > 0 && !this.#isTakenOver(leaves)) {
      return `nobody takes ${leaves.name} over`;
    }
    const removal = remove === null ? undefined : this.#faultOfRemove(remove);
    if (removal !== undefined || take.kind === "create")
      return removal ?? this.#faultOfNew(take.desired.wanted.name);
    if (take.adoption === undefined) return "what it takes over is nobody's";
    if (take.interface.name !== this.#world.devices.of(this.#lport).name)
      return `nobody asked for ${take.interface.name}`;
    return new Inspection(this.#world, take.adoption.from).#faultOfHandOver(take.interface, this.#lport);
  }

  #faultOfNew(name: string): string | undefined {
    if (this.#world.local.iface.find((row) => row.name === name) !== undefined)
      return `${name} is there already`;
    return name === this.#world.devices.of(this.#lport).name ? undefined : `nobody asked for ${name}`;
  }

  /** Now, or by a change that is on its way. */
  #isTakenOver(row: InterfaceRow): boolean {
    const changes = [
      ...Array.from(this.#world.statuses, ([lport, { change }]) => [lport, change] as const),
      ...[...this.#world.attempts].flatMap(([lport, attempt]) =>
        attempt.phase === "in-flight" ? [[lport, attempt.change] as const] : [],
      ),
    ];
    return changes.some(([lport, change]) => {
      const take = change?.kind === "replug" ? change.take : change;
      return lport !== this.#lport && take?.kind === "update" && take.interface._uuid === row._uuid;
    });
  }

  /** All of a chain or a circle have a change that says so, or none. */
  #faultOfMates(together: readonly string[]): string | undefined {
    const alone = together.find((lport) => {
      const change = this.#world.statuses.get(lport)?.change ?? null;
      return change === null || change.kind === "remove" || change.together?.join() !== together.join();
    });
    return alone === undefined ? undefined : `${alone} does not move with it`;
  }

  /** P6: the port is due to go, or moves itself; P3: the interface is left over of it. */
  #faultOfHandOver(row: InterfaceRow, to: string): string | undefined {
    const fault = this.#faultOfEdited(row);
    if (fault !== undefined) return fault;
    const change = this.#world.statuses.get(this.#lport)?.change;
    // It moves in the same transaction, and leaves whatever it has.
    if (change?.kind === "replug" && change.together?.includes(to)) return undefined;
    const [name, others] = [
      this.#world.devices.of(this.#lport).name,
      this.interfaces.filter((one) => one !== row),
    ];
    // What is in view may be older than what the server has, but only while the Southbound is away.
    const isWanted = this.isWanted || !this.#world.isSouthboundSynced;
    if (isWanted && row.name !== name && others.some((one) => one.name === name && this.isOwned(one))) {
      return undefined;
    }
    return this.#faultOfAdoption(row) ?? (to === this.#lport ? "it is its own" : undefined);
  }

  /** U1: of several interfaces of ours, the one goes that its provider does not name. */
  #faultOfLeftover(change: Remove): string | undefined {
    const { name } = this.#world.devices.of(this.#lport);
    const inPlace = this.interfaces.find((row) => row.name === name);
    if (!this.isWanted && this.#world.isSouthboundSynced) return "it is not wanted here";
    if (inPlace === undefined || inPlace._uuid === change.interface._uuid)
      return "nothing is in place beside it";
    return this.#faultOfRemove(change);
  }

  /** P6: what is taken over is what U1 would unplug; an interface that was only withdrawn is not. */
  #faultOfAdoption(row: InterfaceRow): string | undefined {
    const isGone = this.binding === undefined || this.#world.southbound.gone.has(this.#lport);
    const isWithdrawn = !isGone && this.binding !== undefined && this.#isBindable(this.binding);
    if (isWithdrawn) return `${row.name} may stay with ${this.#lport}`;
    return this.#faultOfEdited(row) ?? this.#faultOfLeave(row) ?? this.#faultOfUnplug();
  }

  #faultOfWanted(): string | undefined {
    if (this.interfaces.some((row) => !this.isOwned(row))) return "a foreign interface has its iface-id";
    const device = this.#world.devices.of(this.#lport);
    if (device.mood !== "ready") return "its provider is not ready";
    // What is in view may be older than what the server has, but only while the Southbound is away.
    if (!this.#world.isSouthboundSynced || this.isWanted) return undefined;
    return "it is not wanted here";
  }

  #faultOfEdited(row: InterfaceRow): string | undefined {
    if (this.#world.local.iface.get(row._uuid) !== row) return "not as the database has it";
    if (row.external_ids.get("iface-id") !== this.#lport) return `${row.name} is another port's`;
    return this.isOwned(row) ? undefined : `${row.name} is not ours`;
  }

  #faultOfLeave(row: InterfaceRow): string | undefined {
    if (!this.#world.devices.of(this.#lport).lets) return "its provider does not agree";
    const plugType = row.external_ids.get("ovn-plugged") ?? "";
    return this.#world.registry.types().includes(plugType) ? undefined : `no provider for ${plugType}`;
  }

  #faultOfRemove({ interface: row, port }: Remove): string | undefined {
    if (this.#world.local.port.get(port._uuid) !== port) return "the port is not as the database has it";
    return this.#faultOfLeave(row) ?? this.#faultOfEdited(row);
  }

  /** U7: whatever else is known, and whoever else does not agree. */
  #faultOfSendingAway({ interface: row, port }: Remove): string | undefined {
    if (this.#world.local.port.get(port._uuid) !== port) return "the port is not as the database has it";
    if (!isMisplaced(this.#world.devices.of(this.#lport), row.name)) return `${row.name} is nobody else's`;
    return this.#faultOfEdited(row);
  }

  /** U1 to U3. */
  #faultOfUnplug(): string | undefined {
    const { southbound, isSouthboundSynced, acknowledged } = this.#world;
    if (!isSouthboundSynced) return "the Southbound is away";
    if (this.chassis.uuid === undefined) return "our Chassis row is away";
    if (acknowledged?.chassisUuid !== this.chassis.uuid) return "the condition is for another chassis";
    if (!southbound.sbGlobal.rows.some(({ options }) => options.has("northd_internal_version"))) {
      return "ovn-northd has not filled the Southbound";
    }
    // It was so in a state of the server that is not older than what was last told.
    return this.isDue || southbound.gone.has(this.#lport) ? undefined : "it may stay";
  }

  /** Only what is ours is touched: keys of others stay as they are. */
  #faultOfEdit({ options, externalIds, otherConfig }: InterfaceEdit): string | undefined {
    const set = [...(externalIds?.set.keys() ?? [])].filter(
      (key) => !["iface-id", "ovn-plugged"].includes(key),
    );
    const removed = [...(externalIds?.remove ?? []), ...(otherConfig?.remove ?? [])];
    const stray = options?.remove.filter((key) => !MAINTAINED.includes(key)) ?? [];
    const [key] = [...set, ...removed, ...stray];
    return key === undefined ? undefined : `touches ${key}`;
  }

  #isBindable({ options, requested_chassis, requested_additional_chassis }: PortBindingRow): boolean {
    const { uuid, name, hostname } = this.chassis;
    if (uuid !== undefined && (requested_chassis === uuid || requested_additional_chassis.has(uuid)))
      return true;
    const requested = options.get("requested-chassis") ?? "";
    return requested === "" || requested.split(",").some((one) => one === name || one === hostname);
  }

  /** One of the names has no row, and is a name that this host had, or has in another spelling. */
  #isOursByAnotherName({
    options,
    requested_chassis,
    requested_additional_chassis,
  }: PortBindingRow): boolean {
    const { name, hostname, uuid } = this.chassis;
    const names = (options.get("requested-chassis") ?? "").split(",").filter((one) => one !== "");
    const rows = (requested_chassis === null ? 0 : 1) + requested_additional_chassis.size;
    if (uuid === undefined || hostname === undefined || names.length <= rows) return false;
    const first = (one: string) => (one.includes(".") ? one.slice(0, one.indexOf(".")) : one);
    return names.some(
      (one) =>
        this.#world.formerHostnamesOf(name ?? "").has(one) ||
        one.toLowerCase() === hostname.toLowerCase() ||
        (one.includes(".") !== hostname.includes(".") && first(one) === first(hostname)),
    );
  }

  #portOf(row: InterfaceRow) {
    return this.#world.local.port.find((port) => {
      return port.interfaces.has(row._uuid) && this.bridge?.ports.has(port._uuid) === true;
    });
  }

  #externalId(key: string): string | undefined {
    return this.#world.local.openVSwitch.rows[0]?.external_ids.get(key);
  }
}

function isVif(binding: PortBindingRow): boolean {
  return binding.type === "" && binding.parent_port === null;
}

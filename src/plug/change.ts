/**
 * A change: what has to be written for one logical port, as plain data; and when two of them are the same.
 */
import { type DesiredInterface, type InterfaceEdit, sameContent, sameDesired } from "./desired.ts";
import type { Consultation } from "./question.ts";
import type { BridgeRef, InterfaceRow, PortRow } from "./rows.ts";

/** The logical ports whose interfaces change hands together, this port among them: all of them move, or none. */
interface Moving {
  readonly together?: readonly string[];
}

export interface Create extends Moving {
  readonly kind: "create";
  readonly desired: DesiredInterface;
  readonly bridge: BridgeRef;
}
export interface Update extends Moving {
  readonly kind: "update";
  readonly desired: DesiredInterface;
  readonly interface: InterfaceRow;
  readonly edit: InterfaceEdit;
  /** The interface is taken over from another logical port. */
  readonly adoption?: Adoption;
}
export interface Adoption {
  readonly from: string;
  /** The answer of that port's provider; null: that port moves itself, or the interface belonged to this port before. */
  readonly leaving: Consultation | null;
}
export interface Remove {
  readonly kind: "remove";
  readonly lport: string;
  readonly plugType: string;
  readonly bridge: BridgeRef;
  readonly interface: InterfaceRow;
  readonly port: PortRow;
  /** The new owner of the interface (rule U7). */
  readonly misplaced?: string;
  /** The interface is left over: the logical port keeps another interface, in this state. */
  readonly keeps?: DesiredInterface;
}
/** The logical port leaves its interface and gets another one in one transaction. */
export interface Replug extends Moving {
  readonly kind: "replug";
  /** The interface that it leaves. */
  readonly leaves: InterfaceRow;
  /** Null: another logical port takes that interface over. */
  readonly remove: Remove | null;
  readonly take: Create | Update;
}

export type Change = Create | Update | Remove | Replug;

/** The new owner of the interface that the change removes (rule U7); null: no interface goes for that reason. */
export function misplacedOf(change: Change): string | null {
  if (change.kind === "replug") return change.remove === null ? null : misplacedOf(change.remove);
  return change.kind === "remove" ? (change.misplaced ?? null) : null;
}

export function lportOfChange(change: Change): string {
  switch (change.kind) {
    case "create":
    case "update":
      return change.desired.lport;
    case "remove":
      return change.lport;
    case "replug":
      return change.take.desired.lport;
  }
}

/** The interface that the change takes away; null: none. */
export function removedBy(change: Change): InterfaceRow | null {
  if (change.kind === "replug") return change.remove === null ? null : removedBy(change.remove);
  return change.kind === "remove" ? change.interface : null;
}

/** The bridges that the change adds a port to or takes a port from. */
export function bridgesOf(change: Change): readonly BridgeRef[] {
  switch (change.kind) {
    case "create":
    case "remove":
      return [change.bridge];
    case "update":
      return [];
    case "replug":
      return [...(change.remove === null ? [] : bridgesOf(change.remove)), ...bridgesOf(change.take)];
  }
}

/** The logical ports that the change leaves without an interface, because they are to have none (rule U1 or U2). */
export function unpluggedBy(change: Change): readonly string[] {
  switch (change.kind) {
    case "create":
      return [];
    case "update": {
      const from = change.adoption?.leaving ? change.adoption.from : undefined;
      return from === undefined || togetherOf(change).includes(from) ? [] : [from];
    }
    case "replug":
      return unpluggedBy(change.take);
    case "remove":
      return change.keeps === undefined && change.misplaced === undefined ? [change.lport] : [];
  }
}

/** The state of the interface after the change; null: the change leaves no interface. */
export function desiredAfter(change: Change): DesiredInterface | null {
  switch (change.kind) {
    case "create":
    case "update":
      return change.desired;
    case "replug":
      return change.take.desired;
    case "remove":
      return change.keeps ?? null;
  }
}

/** The thing that is written where an interface comes into place. */
export const PLUGGED = "interface";

/** The things that the change writes, by which rule T4 counts: the interface, a column, a key of a column, a leftover. */
export function thingsWrittenBy(change: Change): readonly string[] {
  switch (change.kind) {
    case "create":
    case "replug":
      return [PLUGGED];
    case "update":
      return thingsOf(change.edit);
    case "remove":
      return [`leftover ${change.interface.name}`];
  }
}

function thingsOf(edit: InterfaceEdit): readonly string[] {
  return Object.entries(edit).flatMap(([column, value]) => {
    if (value === null || typeof value !== "object") return [column];
    return [...value.set.keys(), ...value.remove].map((key) => `${column} ${key}`);
  });
}

/** The logical ports whose changes are written together: all of them, or none. */
export function togetherOf(change: Change): readonly string[] {
  return (change.kind === "remove" ? undefined : change.together) ?? [lportOfChange(change)];
}

/** Whether the change removes this interface, with this Port row, because another owner has the interface (rule U7). */
export function sendsAway(
  change: Change,
  { interface: iface, port }: { readonly interface: InterfaceRow; readonly port: PortRow | null },
): boolean {
  if (change.kind !== "remove" || change.misplaced === undefined) return false;
  return change.port === port && sameContent(change.interface, iface);
}

/** Whether two changes stand on the same rows and names, so that the server would give both the same answer. */
export function sameBasis(a: Change, b: Change): boolean {
  if (a.kind === "create" && b.kind === "create") {
    return a.bridge.uuid === b.bridge.uuid && sameDesired(a.desired, b.desired);
  }
  if (a.kind === "update" && b.kind === "update") {
    return sameContent(a.interface, b.interface) && sameDesired(a.desired, b.desired);
  }
  if (a.kind === "remove" && b.kind === "remove") {
    const samePort = a.port === b.port && a.bridge.uuid === b.bridge.uuid;
    return samePort && sameContent(a.interface, b.interface);
  }
  if (a.kind === "replug" && b.kind === "replug") {
    const [gone, goes] = [a.remove, b.remove];
    const sameRemoval = gone === null || goes === null ? gone === goes : sameBasis(gone, goes);
    return sameRemoval && sameContent(a.leaves, b.leaves) && sameBasis(a.take, b.take);
  }
  return false;
}

/**
 * A change: what has to be written for one logical port, as plain data; and when two of them are the same.
 */
import { type DesiredInterface, type InterfaceEdit, sameContent, sameDesired } from "./desired.ts";
import type { Consultation } from "./question.ts";
import type { BridgeRef, InterfaceRow, PortRow } from "./rows.ts";

export interface Create {
  readonly kind: "create";
  readonly desired: DesiredInterface;
  readonly bridge: BridgeRef;
}
export interface Update {
  readonly kind: "update";
  readonly desired: DesiredInterface;
  readonly interface: InterfaceRow;
  readonly edit: InterfaceEdit;
  /** The interface is taken over from another logical port, whose provider agreed to let it go. */
  readonly adoption?: Adoption;
}
export interface Adoption {
  readonly from: string;
  readonly leaving: Consultation;
}
export interface Remove {
  readonly kind: "remove";
  readonly lport: string;
  readonly plugType: string;
  readonly bridge: BridgeRef;
  readonly interface: InterfaceRow;
  readonly port: PortRow;
  /** Whose the interface is by now (rule U7). */
  readonly misplaced?: string;
}
/** The old port goes and the new one comes in one transaction. */
export interface Replug {
  readonly kind: "replug";
  readonly remove: Remove;
  readonly create: Create;
}

export type Change = Create | Update | Remove | Replug;

/** Whose the interface that goes is by now (rule U7); null: nothing goes for that reason. */
export function misplacedOf(change: Change): string | null {
  if (change.kind === "replug") return misplacedOf(change.remove);
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
      return change.create.desired.lport;
  }
}

/** What the interface is to be after the change; null: there is to be none. */
export function desiredAfter(change: Change): DesiredInterface | null {
  switch (change.kind) {
    case "create":
    case "update":
      return change.desired;
    case "replug":
      return change.create.desired;
    case "remove":
      return null;
  }
}

/** The rows and names a change stands on. Two changes with the same basis would be answered alike by the server. */
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
    return sameBasis(a.remove, b.remove) && sameBasis(a.create, b.create);
  }
  return false;
}

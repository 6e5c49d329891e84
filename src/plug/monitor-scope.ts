/**
 * The rows that the Southbound is asked for: only those that this chassis needs (docs/rules.md). A port binding is asked for
 * because it is requested here, or by its name because its interface is plugged and nothing else brings the row into view.
 *
 * Invariant: a condition is never empty (ovsdb-server(7): an empty `where` means every row); `[false]` asks for none.
 */
import type { Clause, Condition, Uuid } from "ovsdb-jsonrpc";
import { type ChassisIdentity, requestedHere, requestedHereAsAdditional } from "./lport.ts";
import type { ChassisRow, PortBindingRow } from "./rows.ts";

/** The chassis whose port bindings are asked for, by its name alone while its row is not known. */
export interface AskedChassis {
  readonly chassisName: string | null;
  readonly chassisUuid: Uuid | null;
  readonly hostname: string | null;
}

export class MonitorScope implements AskedChassis {
  readonly chassisName: string | null;
  readonly chassisUuid: Uuid | null;
  readonly hostname: string | null;
  /** The logical ports that are asked for by name. */
  readonly lports: ReadonlySet<string>;

  constructor(chassis: AskedChassis, lports: ReadonlySet<string>) {
    this.chassisName = chassis.chassisName;
    this.chassisUuid = chassis.chassisUuid;
    this.hostname = chassis.hostname;
    this.lports = lports;
  }

  static of(chassis: ChassisIdentity | null, lports: ReadonlySet<string>): MonitorScope {
    const nothing = { chassisName: chassis?.name ?? null, chassisUuid: null, hostname: null };
    return new MonitorScope(nothing, lports).withRow(chassis?.record ?? null);
  }

  /** The scope for this Chassis row of the name; null: the name has no row. */
  withRow(row: Pick<ChassisRow, "_uuid" | "hostname"> | null): MonitorScope {
    const { chassisName, lports } = this;
    return new MonitorScope(
      { chassisName, chassisUuid: row?._uuid ?? null, hostname: row?.hostname || null },
      lports,
    );
  }

  sameChassis(other: MonitorScope): boolean {
    return (
      this.chassisName === other.chassisName &&
      this.chassisUuid === other.chassisUuid &&
      this.hostname === other.hostname
    );
  }

  portBindings(): Condition<PortBindingRow> {
    if (this.chassisName === null) return [false];
    const clauses: Clause<PortBindingRow>[] = [];
    if (this.chassisUuid !== null) {
      clauses.push(["requested_chassis", "==", this.chassisUuid]);
      clauses.push(["requested_additional_chassis", "includes", this.chassisUuid]);
    }
    for (const name of namesOf(this.chassisName, this.hostname)) {
      clauses.push(["options", "includes", new Map([["requested-chassis", name]])]);
    }
    return clauses;
  }

  /**
   * The condition of a separate monitor, which has only `==` clauses: then ovsdb-server looks each row up among the names. A
   * clause of another kind would make ovsdb-server compare each row with each name.
   */
  named(): Condition<PortBindingRow> {
    if (this.lports.size === 0) return [false];
    return Array.from(this.lports, (lport): Clause<PortBindingRow> => ["logical_port", "==", lport]);
  }

  chassis(): Condition<ChassisRow> {
    return this.chassisName === null ? [false] : [["name", "==", this.chassisName]];
  }
}

/** True when the row is in view without a question for its name. */
export function isInViewAnyway(binding: PortBindingRow, chassis: ChassisIdentity | null): boolean {
  if (chassis === null) return false;
  if (requestedHere(binding, chassis) || requestedHereAsAdditional(binding, chassis)) return true;
  const requested = binding.options.get("requested-chassis");
  return requested !== undefined && namesOf(chassis.name, chassis.record?.hostname).includes(requested);
}

function namesOf(name: string, hostname: string | null | undefined): readonly string[] {
  return hostname && hostname !== name ? [name, hostname] : [name];
}

/**
 * The central databases in memory: what the CMS wants, what ovn-northd makes of it in the Southbound, and which of its
 * rows a condition brings into view.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import type { ChassisRow, PortBindingRow, SbGlobalRow } from "../../../src/plug/rows.ts";
import { bindingRow, map, sbGlobalRow } from "../../support/rows.ts";
import type { Bound, LogicalPort } from "./history.ts";
import { Table } from "./table.ts";

export class Southbound {
  readonly sbGlobal = new Table<SbGlobalRow>();
  readonly chassis = new Table<ChassisRow>();
  readonly portBinding = new Table<PortBindingRow>();
  /** Logical ports that were gone, if only for a moment, since a row of theirs was last told. */
  readonly gone = new Set<string>();
  readonly #lports = new Map<string, LogicalPort>();
  readonly #nextUuid: () => Uuid;
  #northdRuns = true;

  constructor(nextUuid: () => Uuid) {
    this.#nextUuid = nextUuid;
    this.sbGlobal.set(sbGlobalRow());
    this.addChassis("hv1", "host1");
    this.addChassis("hv2", "host2");
  }

  setLport(name: string, lport: LogicalPort): void {
    this.#lports.set(name, lport);
    this.#translate();
  }

  moveLport(name: string, requested: string): void {
    const lport = this.#lports.get(name);
    if (lport !== undefined) this.setLport(name, { ...lport, requested });
  }

  deleteLport(name: string): void {
    this.#lports.delete(name);
    this.#translate();
  }

  /** What ovn-controllers do. */
  bind(name: string, { main, additional }: Bound): void {
    const row = this.bindingOf(name);
    if (row === undefined) return;
    const rows = additional.map((one) => this.#chassisCalled(one)).filter((one) => one !== null);
    this.portBinding.edit(row._uuid, {
      chassis: main === null ? null : this.#chassisCalled(main),
      additional_chassis: new Set(rows),
    });
  }

  addChassis(name: string, hostname: string): void {
    if (this.chassis.find((row) => row.name === name) !== undefined) return;
    this.chassis.set({ _uuid: this.#nextUuid(), name, hostname });
    this.#translate();
  }

  /** References to the row are weak: they are emptied with it (ovn-sb(5)), and ovn-northd does not fill them again. */
  deleteChassis(name: string): void {
    const gone = this.chassis.find((row) => row.name === name)?._uuid;
    if (gone === undefined) return;
    this.chassis.delete(gone);
    for (const row of this.portBinding.rows) {
      const additional = new Set(row.requested_additional_chassis);
      if (additional.delete(gone)) {
        this.portBinding.edit(row._uuid, { requested_additional_chassis: additional });
      }
      if (row.requested_chassis === gone) this.portBinding.edit(row._uuid, { requested_chassis: null });
      const others = new Set(row.additional_chassis);
      if (others.delete(gone)) this.portBinding.edit(row._uuid, { additional_chassis: others });
      if (row.chassis === gone) this.portBinding.edit(row._uuid, { chassis: null });
    }
  }

  renameHost(): void {
    const row = this.chassis.find(({ name }) => name === "hv1");
    if (row !== undefined)
      this.chassis.edit(row._uuid, { hostname: row.hostname === "host1" ? "hostX" : "host1" });
    this.#translate();
  }

  /** The Chassis rows are back at once; the rest is ovn-northd's to fill in. */
  wipe(): void {
    this.#northdRuns = false;
    for (const row of this.portBinding.rows) this.#delete(row);
    for (const row of this.sbGlobal.rows) this.sbGlobal.set({ ...row, options: map() });
  }

  /** Another option of SB_Global, which is nothing to us. */
  changeOptions(): void {
    for (const row of this.sbGlobal.rows) {
      const options = new Map(row.options);
      if (options.size > 0 && !options.delete("other")) options.set("other", "option");
      this.sbGlobal.set({ ...row, options });
    }
  }

  stopNorthd(): void {
    this.#northdRuns = false;
  }

  startNorthd(): void {
    this.#northdRuns = true;
    for (const row of this.sbGlobal.rows) {
      if (row.options.size === 0) this.sbGlobal.set(sbGlobalRow({ _uuid: row._uuid }));
    }
    this.#translate();
  }

  bindingOf(lport: string): PortBindingRow | undefined {
    return this.portBinding.find((row) => row.logical_port === lport);
  }

  /** What ovn-northd does: Port_Bindings follow the logical ports, and name the chassis that there are. */
  #translate(): void {
    if (!this.#northdRuns) return;
    for (const row of this.portBinding.rows) {
      if (!this.#lports.has(row.logical_port)) this.#delete(row);
    }
    for (const [name, lport] of this.#lports) this.#translateOne(name, lport);
  }

  #delete({ _uuid, logical_port }: PortBindingRow): void {
    this.portBinding.delete(_uuid);
    this.gone.add(logical_port);
  }

  #translateOne(name: string, lport: LogicalPort): void {
    const before = this.bindingOf(name);
    const [main, ...additional] = (lport.requested ?? "").split(",").map((one) => this.#chassisCalled(one));
    const next = bindingRow({
      _uuid: before?._uuid ?? this.#nextUuid(),
      logical_port: name,
      type: lport.kind === "patch" ? "patch" : "",
      parent_port: lport.kind === "child" ? "parent" : null,
      options: map(optionsOf(lport)),
      requested_chassis: main ?? null,
      requested_additional_chassis: new Set(additional.filter((one) => one !== null)),
      chassis: before?.chassis ?? null,
      additional_chassis: before?.additional_chassis ?? new Set(),
    });
    if (before === undefined || !Bun.deepEquals(before, next)) this.portBinding.set(next);
  }

  #chassisCalled(name: string): Uuid | null {
    return this.chassis.find((row) => row.name === name || row.hostname === name)?._uuid ?? null;
  }
}

function optionsOf({ plugType, requested, mtu, mode }: LogicalPort): Readonly<Record<string, string>> {
  return {
    ...(plugType === null ? {} : { "vif-plug-type": plugType }),
    ...(requested === null ? {} : { "requested-chassis": requested }),
    ...(mtu === null ? {} : { "vif-plug-mtu-request": mtu }),
    ...(mode === null ? {} : { "vif-plug:mode": mode }),
  };
}

export function isBindingInView(asked: MonitorScope | null, row: PortBindingRow): boolean {
  const clauses = asked === null ? [] : [...asked.portBindings(), ...asked.named()];
  return clauses.some((clause) => typeof clause !== "boolean" && holds(clause, row));
}

export function isChassisInView(asked: MonitorScope | null, row: ChassisRow): boolean {
  return (asked?.chassis() ?? []).some((clause) => typeof clause !== "boolean" && holds(clause, row));
}

/** As ovsdb-server(7) has it: `includes` of an empty value holds for every row. */
function holds(clause: readonly [string, string, unknown], row: object): boolean {
  const [column, comparison, operand] = clause;
  const value: unknown = new Map<string, unknown>(Object.entries(row)).get(column);
  if (comparison === "==") return value === operand;
  if (comparison !== "includes") throw new Error(`this server knows no ${comparison}`);
  if (value instanceof Map && operand instanceof Map) {
    return [...operand].every(([key, entry]) => value.get(key) === entry);
  }
  if (value instanceof Set)
    return (operand instanceof Set ? [...operand] : [operand]).every((one) => value.has(one));
  throw new Error(`${column} is neither a map nor a set`);
}

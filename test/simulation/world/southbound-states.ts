/** The Southbound as a server had it once, as far as it matters to one port: read back from its commits. */
import type { Row } from "../ovsdb/database.ts";
import { CHASSIS } from "./chassis.ts";
import { map, rowsOf, text, texts, uuidOf } from "./rows.ts";
import type { ServerProcess } from "./server-process.ts";

export interface State {
  /** After how many commits of the server. */
  readonly version: number;
  /** The port's. */
  readonly binding: Row | null;
  /** Ours. */
  readonly chassis: Row | null;
  /** ovn-northd has filled it. */
  readonly isFilled: boolean;
}

const TABLES = ["Port_Binding", "Chassis", "SB_Global"] as const;

/** The states from that of now to that after the first so many commits, the newest first. */
export function* statesBack(server: ServerProcess, lport: string, to: number): Iterable<State> {
  const served = server.server.served().find(({ name }) => name === "OVN_Southbound");
  if (served === undefined) return;
  const tables = new Map(TABLES.map((name) => [name as string, new Map(rowsOf(served.database, name))]));
  const find = (table: (typeof TABLES)[number], is: (row: Row) => boolean) =>
    tables.get(table)?.values().find(is) ?? null;
  for (let version = server.commits.length; version >= to; version--) {
    yield {
      version,
      binding: find("Port_Binding", (row) => text(row, "logical_port") === lport),
      chassis: find("Chassis", (row) => text(row, "name") === CHASSIS),
      isFilled: find("SB_Global", (row) => map(row, "options").has("northd_internal_version")) !== null,
    };
    for (const { table, uuid, old } of server.commits[version - 1] ?? []) {
      const rows = tables.get(table.name);
      if (old === null) rows?.delete(uuid);
      else rows?.set(uuid, old);
    }
  }
}

/** The names of the option `requested-chassis`. */
export function namesIn(binding: Row): readonly string[] {
  return (map(binding, "options").get("requested-chassis") ?? "").split(",").filter((name) => name !== "");
}

/** The chassis that ovn-northd found for them. */
export function requestedBy(binding: Row): readonly (string | null)[] {
  return [text(binding, "requested_chassis"), ...texts(binding, "requested_additional_chassis")];
}

export function isRequestedHere(binding: Row, chassis: Row): boolean {
  return requestedBy(binding).includes(uuidOf(chassis));
}

/** One of its names is what this chassis, or its host, is called now. */
export function isNamedHere(binding: Row, chassis: Row): boolean {
  const own = [CHASSIS, text(chassis, "hostname")];
  return namesIn(binding).some((name) => own.includes(name));
}

/** A monitor of all that is for this chassis shows it (docs/rules.md, "What is monitored"). */
export function isInView(binding: Row, chassis: Row): boolean {
  const option = map(binding, "options").get("requested-chassis");
  return (
    isRequestedHere(binding, chassis) ||
    (option !== undefined && [CHASSIS, text(chassis, "hostname")].includes(option))
  );
}

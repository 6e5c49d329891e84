/**
 * Asks the Southbound whether rows that left the view still exist. The question is by `_uuid`, which the server answers from a
 * hash table, whatever the size of the cloud.
 *
 * Invariant: every inquiry gets exactly one outcome. Anything but an answer of the server about the row is `unknown`.
 */
import type { Uuid, UuidAnswer } from "ovsdb-jsonrpc";
import type { Outcome } from "../../plug/absence.ts";
import type { ChassisRow, PortBindingRow } from "../../plug/rows.ts";
import { tables } from "../../plug/tables.ts";
import type { Inquiry } from "../reconcile/departures.ts";
import type { ChassisReply } from "../reconcile/other-chassis.ts";

type Column = (typeof tables.portBinding.columns)[number];

export interface Rows {
  has(table: "Port_Binding", column: Column): boolean;
  selectByUuid(
    table: "Port_Binding",
    uuids: Iterable<Uuid>,
    columns: readonly Column[],
  ): readonly Promise<UuidAnswer<PortBindingRow>>[];
}

export type Replied = (replies: readonly (Inquiry & { readonly outcome: Outcome })[]) => void;

/** The values of columns that the served schema lacks: OVN 21.12 and 22.03 have no additional chassis. */
const LACKING: Pick<PortBindingRow, "requested_additional_chassis" | "additional_chassis"> = {
  requested_additional_chassis: new Set(),
  additional_chassis: new Set(),
};

export function inquire(inquiries: readonly Inquiry[], rows: Rows, replied: Replied): void {
  // A row that was renamed has left the view under each of its names.
  const byUuid = Map.groupBy(inquiries, ({ uuid }) => uuid);
  const columns = tables.portBinding.columns.filter((column) => rows.has("Port_Binding", column));
  // Questions that are asked together are decided together, and their changes go in one transaction (rule T1).
  void Promise.all(rows.selectByUuid("Port_Binding", byUuid.keys(), columns)).then((answers) =>
    replied(answers.flatMap((answer) => repliesOf(answer, byUuid))),
  );
}

/** The part of a session that selects Chassis rows. */
export interface ChassisRows {
  selectByUuid(
    table: "Chassis",
    uuids: Iterable<Uuid>,
    columns: readonly ("name" | "hostname")[],
  ): readonly Promise<UuidAnswer<ChassisRow>>[];
}

export function inquireChassis(
  uuids: readonly Uuid[],
  rows: ChassisRows,
  replied: (replies: readonly ChassisReply[]) => void,
): void {
  for (const answer of rows.selectByUuid("Chassis", uuids, ["name", "hostname"])) {
    void answer.then((given) => replied(chassisRepliesOf(given)));
  }
}

function chassisRepliesOf(answer: UuidAnswer<ChassisRow>): readonly ChassisReply[] {
  if (answer.kind !== "answered") return answer.uuids.map((uuid) => ({ uuid, kind: "unknown" }));
  return Array.from(answer.rows, ([uuid, row]) => {
    const chassis = row === null ? null : { name: row.name, hostname: row.hostname };
    return { uuid, kind: "answered", chassis };
  });
}

function repliesOf(answer: UuidAnswer<PortBindingRow>, byUuid: ReadonlyMap<Uuid, readonly Inquiry[]>) {
  const outcomes: Iterable<readonly [Uuid, Outcome]> =
    answer.kind === "answered"
      ? Array.from(answer.rows, ([uuid, row]) => [uuid, outcomeOf(row)])
      : answer.uuids.map((uuid) => [uuid, { kind: "unknown", code: answer.error.code }]);
  return Array.from(outcomes).flatMap(([uuid, outcome]) =>
    (byUuid.get(uuid) ?? []).map((inquiry) => ({ ...inquiry, outcome })),
  );
}

function outcomeOf(row: PortBindingRow | null): Outcome {
  return row === null ? { kind: "none" } : { kind: "row", row: { ...LACKING, ...row } };
}

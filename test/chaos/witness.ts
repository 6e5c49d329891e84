/**
 * What the local database's own file and its server's log testify of vifplugd's work during a run: whether it removed
 * an interface that had every reason to be there, touched somebody else's, or sent something that could not be right.
 *
 * ovs-vsctl and ovn-controller sign their transactions with a comment; vifplugd signs none, and ovs-vswitchd none
 * either, but that one writes no column of those that are looked at here.
 */
import {
  type Columns,
  mapOf,
  type RowEvent,
  type StoredTransaction,
  setOf,
  textOf,
  uuidOf,
} from "./journal.ts";
import { type Binding, isBindable, isOwned, isVif } from "./oracle.ts";

/** Columns that plugging may write. */
const PLUGGED_COLUMNS = ["name", "type", "options", "other_config", "external_ids", "mtu_request"] as const;

/** From when on an answer held. */
interface Since {
  readonly time: number;
  readonly stays: boolean;
}

/** For each logical port, when the Southbound gave reason to leave its interface in place, and when it did not. */
export class Reasons {
  readonly #byLport = new Map<string, Since[]>();

  /** @param southbounds every Southbound that there was, one after the other */
  constructor(southbounds: readonly (readonly StoredTransaction[])[], chassisName: string) {
    for (const southbound of southbounds) this.#read(southbound, chassisName);
  }

  #read(southbound: readonly StoredTransaction[], chassisName: string): void {
    const bindings = new Map<string, Columns>();
    const chassis = new Map<string, string>();
    // Until ovn-northd has filled it, a port that is not in it need not be gone (U3).
    let isFilled = false;
    for (const { time, events } of southbound) {
      const touched = new Set<string>();
      for (const { table, uuid, after, before } of events) {
        if (table === "SB_Global" && !isFilled && mapOf(after?.options).has("northd_internal_version")) {
          isFilled = true;
          for (const lport of this.#byLport.keys()) touched.add(lport);
        }
        if (table === "Chassis") {
          if (after === null) chassis.delete(uuid);
          else chassis.set(uuid, textOf(after.name));
          for (const row of bindings.values()) touched.add(textOf(row.logical_port));
        } else if (table === "Port_Binding") {
          if (after === null) bindings.delete(uuid);
          else bindings.set(uuid, after);
          touched.add(textOf((after ?? before)?.logical_port));
        }
      }
      if (touched.size === 0) continue;
      const [own = ""] = [...chassis].find(([, name]) => name === chassisName) ?? [];
      const rows = new Map([...bindings.values()].map((row) => [textOf(row.logical_port), row]));
      for (const lport of touched) {
        const row = rows.get(lport);
        this.#note(lport, {
          time,
          stays: row !== undefined && mayStay(row, { _uuid: own, name: chassisName }),
        });
      }
    }
  }

  /** The interface of that logical port had a reason to be there all the time. */
  stayed(lport: string, from: number, to: number): boolean {
    const all = this.#byLport.get(lport) ?? [];
    const first = all.findLastIndex(({ time }) => time <= from);
    const during = all.slice(Math.max(first, 0)).filter(({ time }) => time <= to);
    return first >= 0 && during.every(({ stays }) => stays);
  }

  #note(lport: string, since: Since): void {
    const all = this.#byLport.get(lport) ?? [];
    if (all.at(-1)?.stays !== since.stays) all.push(since);
    this.#byLport.set(lport, all);
  }
}

function mayStay(row: Columns, chassis: { readonly _uuid: string; readonly name: string }): boolean {
  const binding: Binding = {
    logical_port: textOf(row.logical_port),
    type: textOf(row.type),
    parent_port: textOf(row.parent_port),
    options: mapOf(row.options),
    requested_chassis: uuidOf(row.requested_chassis),
    requested_additional_chassis: new Set(
      setOf(row.requested_additional_chassis).map((uuid) => uuidOf(uuid) ?? ""),
    ),
  };
  return isVif(binding) && isBindable({ chassis }, binding) && binding.options.has("vif-plug-type");
}

/** What vifplugd did in the local database that it must never do. */
export function misdeeds(local: readonly StoredTransaction[], reasons: Reasons): readonly string[] {
  const found: string[] = [];
  const markedAt = new Map<string, number>();
  /** The logical port of each interface that is ours. */
  const owners = new Map<string, string>();
  for (const { time, comment, events } of local) {
    const interfaces = events.filter(({ table }) => table === "Interface");
    for (const { uuid, after } of interfaces) {
      const isOurs = after !== null && isOwned({ external_ids: mapOf(after.external_ids) });
      if (isOurs) owners.set(uuid, lportOf(after));
      else owners.delete(uuid);
    }
    const left = new Set(owners.values());
    for (const event of interfaces) {
      // Of several interfaces of ours with one iface-id, one is the port's, and the others go.
      const isOver = event.changed === null && left.has(lportOf(event.before));
      if (comment === null && !isOver) {
        found.push(...misdeedsOf(event, time, markedAt.get(event.uuid) ?? 0, reasons));
      }
      if (lportOf(event.after) !== lportOf(event.before)) markedAt.set(event.uuid, time);
    }
  }
  return found;
}

function misdeedsOf(event: RowEvent, time: number, since: number, reasons: Reasons): readonly string[] {
  const { before, changed } = event;
  if (before === null) return [];
  const touched = changed === null ? ["all of it"] : PLUGGED_COLUMNS.filter((column) => column in changed);
  if (touched.length === 0) return [];
  const name = textOf(before.name);
  const when = new Date(time).toISOString();
  if (!isOwned({ external_ids: mapOf(before.external_ids) })) {
    return [`${when}: ${touched.join(", ")} of ${name}, which is somebody else's`];
  }
  const lport = lportOf(before);
  if (changed === null && reasons.stayed(lport, since, time)) {
    return [`${when}: removed ${name}, though ${lport} may be bound here and has its plug type`];
  }
  return [];
}

function lportOf(row: Columns | null): string {
  return mapOf(row?.external_ids).get("iface-id") ?? "";
}

/** Rows that somebody else has made. */
export function madeByOthers(local: readonly StoredTransaction[]): ReadonlySet<string> {
  return new Set(
    local
      .filter(({ comment }) => comment !== null)
      .flatMap(({ events }) => events.filter(({ before }) => before === null).map(({ uuid }) => uuid)),
  );
}

/**
 * Transactions of vifplugd that the server refused, each with its reply, from the server's log of requests and replies; not
 * those that came too late: what they stood on had changed, the lock or the database was gone, or somebody else had just made
 * an interface of that name.
 */
export function refusals(log: readonly string[], others: ReadonlySet<string>): readonly string[] {
  const ours = new Map<string, string>();
  const refused: string[] = [];
  for (const line of log) {
    const request = /\|DBG\|(\S+): received request, method="transact".*"lock":"vifplugd_.*, id=(\d+)$/.exec(
      line,
    );
    if (request !== null) ours.set(`${request[1]} ${request[2]}`, line);
    const reply = /\|DBG\|(\S+): send (?:reply|error), (?:result|error)=.*"error":".*, id=(\d+)$/.exec(line);
    const asked = reply === null ? undefined : ours.get(`${reply[1]} ${reply[2]}`);
    if (asked === undefined) continue;
    if (!/"error":"(timed out|not owner|unknown database)"/.test(line) && !isNameTaken(line, others)) {
      refused.push(`${asked}\n${line}`);
    }
  }
  return refused;
}

function isNameTaken(line: string, others: ReadonlySet<string>): boolean {
  const details = /"details":"Transaction causes multiple rows.*/.exec(line)?.[0] ?? "";
  return (details.match(/[0-9a-f-]{36}/g) ?? []).some((uuid) => others.has(uuid));
}

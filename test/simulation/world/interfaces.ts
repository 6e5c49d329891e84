/** The interfaces of the local database from commit to commit: which of them are owned, by which port, and since when. */
import type { Row, Uuid } from "../ovsdb/database.ts";
import { BRIDGE, type LocalChassis } from "./chassis.ts";
import { map, rowsOf, text, uuidOf } from "./rows.ts";

/** How it was after some commit. */
export interface Snapshot {
  readonly rows: ReadonlyMap<Uuid, Row>;
  /** Logical ports by the interface that they own, which stands alone on the bridge. */
  readonly owners: ReadonlyMap<Uuid, string>;
  readonly lports: ReadonlySet<string>;
  /** Those that own several. */
  readonly several: ReadonlySet<string>;
  /** By logical port, after how many commits it has had an interface without a break. */
  readonly since: ReadonlyMap<string, number>;
}

const NOBODY: ReadonlySet<string> = new Set();

export class Interfaces {
  readonly #chassis: LocalChassis;
  /** By how many commits there had been; where none owned several there is none. */
  readonly #several = new Map<number, ReadonlySet<string>>();
  /** How many ports owned an interface, by how many commits there had been. */
  readonly #counts = new Map<number, number>();
  #present: Snapshot;

  constructor(chassis: LocalChassis) {
    this.#chassis = chassis;
    this.#present = this.#take(new Map());
  }

  get present(): Snapshot {
    return this.#present;
  }

  /** Something has been committed; answers how it was before. */
  committed(): Snapshot {
    const before = this.#present;
    this.#present = this.#take(before.since);
    return before;
  }

  /** The ports that owned several interfaces after so many commits. */
  severalAt(commits: number): ReadonlySet<string> {
    return this.#several.get(commits) ?? NOBODY;
  }

  /** How many ports owned an interface after so many commits. */
  countAt(commits: number): number {
    return this.#counts.get(commits) ?? 0;
  }

  #take(before: ReadonlyMap<string, number>): Snapshot {
    const owners = new Map<Uuid, string>();
    const lports = new Set<string>();
    const several = new Set<string>();
    for (const { iface, alone } of this.#chassis.onBridge()) {
      const ids = map(iface, "external_ids");
      const lport = ids.get("iface-id");
      if (!alone || lport === undefined || !ids.has("ovn-plugged") || text(iface, "name") === BRIDGE)
        continue;
      if (lports.has(lport)) several.add(lport);
      owners.set(uuidOf(iface), lport);
      lports.add(lport);
    }
    const commits = this.#chassis.server.commits.length;
    if (several.size > 0) this.#several.set(commits, several);
    this.#counts.set(commits, lports.size);
    return {
      rows: new Map(rowsOf(this.#chassis.database, "Interface")),
      owners,
      lports,
      several,
      since: new Map(Array.from(lports, (lport) => [lport, before.get(lport) ?? commits])),
    };
  }
}

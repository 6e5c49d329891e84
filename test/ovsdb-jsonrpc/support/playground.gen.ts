/** Generated from the schema of Playground 1.0.0 by ovsdb-jsonrpc; do not edit. */
// biome-ignore-all format: one column on one line
import type { DatabaseSchema, Integer, Uuid } from "ovsdb-jsonrpc";

/** A row of Ballast. */
export interface Ballast {
  readonly _uuid: Uuid;
  readonly atoms: ReadonlySet<Integer>;
}

/** A row of Only. At most 1 row. */
export interface Only {
  readonly _uuid: Uuid;
  readonly value: Integer;
}

/** A row of Part. */
export interface Part {
  readonly _uuid: Uuid;
  /** At most 40 characters. */
  readonly label: string;
  readonly serial: Integer;
}

/** A row of Thing. Unique: name. */
export interface Thing {
  readonly _uuid: Uuid;
  readonly color: "red" | "green" | "blue";
  /** -1000 to 1000. */
  readonly count: Integer;
  readonly enabled: boolean;
  readonly levels: ReadonlyMap<Integer, number>;
  readonly limit: Integer | null;
  /** Set by insert only. */
  readonly name: string;
  readonly note: string | null;
  readonly numbers: ReadonlySet<Integer>;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 2 elements. */
  readonly pair: ReadonlySet<Integer>;
  /** Strong reference to Part. */
  readonly part: Uuid | null;
  /** Strong reference to Part. */
  readonly parts: ReadonlySet<Uuid>;
  readonly ratio: number;
  /** Not kept on disk. */
  readonly scratch: string;
  /** Weak reference to Part. */
  readonly seen: ReadonlySet<Uuid>;
  readonly single: ReadonlyMap<string, Integer>;
  readonly words: ReadonlySet<string>;
}

/** The row types of Playground by table. */
export interface PlaygroundTables {
  readonly Ballast: Ballast;
  readonly Only: Only;
  readonly Part: Part;
  readonly Thing: Thing;
}

export const playground: DatabaseSchema<PlaygroundTables> = {
  name: "Playground",
  version: "1.0.0",
  tables: {
    Ballast: {
      isRoot: true,
      columns: {
        atoms: { key: { type: "integer" }, min: 0, max: "unlimited" },
      },
    },
    Only: {
      isRoot: true,
      maxRows: 1,
      columns: {
        value: { key: { type: "integer" }, min: 1, max: 1 },
      },
    },
    Part: {
      columns: {
        label: { key: { type: "string", maxLength: 40 }, min: 1, max: 1 },
        serial: { key: { type: "integer" }, min: 1, max: 1 },
      },
    },
    Thing: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        color: { key: { type: "string", enum: ["red", "green", "blue"] }, min: 1, max: 1 },
        count: { key: { type: "integer", min: -1000, max: 1000 }, min: 1, max: 1 },
        enabled: { key: { type: "boolean" }, min: 1, max: 1 },
        levels: { key: { type: "integer" }, value: { type: "real" }, min: 0, max: "unlimited" },
        limit: { key: { type: "integer" }, min: 0, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1, mutable: false },
        note: { key: { type: "string" }, min: 0, max: 1 },
        numbers: { key: { type: "integer" }, min: 0, max: "unlimited" },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        pair: { key: { type: "integer" }, min: 0, max: 2 },
        part: { key: { type: "uuid", refTable: "Part", refType: "strong" }, min: 0, max: 1 },
        parts: { key: { type: "uuid", refTable: "Part", refType: "strong" }, min: 0, max: "unlimited" },
        ratio: { key: { type: "real" }, min: 1, max: 1 },
        scratch: { key: { type: "string" }, min: 1, max: 1, ephemeral: true },
        seen: { key: { type: "uuid", refTable: "Part", refType: "weak" }, min: 0, max: "unlimited" },
        single: { key: { type: "string" }, value: { type: "integer" }, min: 0, max: 1 },
        words: { key: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
  },
};

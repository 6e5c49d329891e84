/** The database of the vectors: a column of every shape for every atomic type, and columns with constraints. */
const ATOMIC = ["integer", "real", "boolean", "string", "uuid"] as const;

const shapes = ATOMIC.flatMap((key) => [
  [key, { type: key }],
  [`${key}_or_none`, { type: { key, min: 0, max: 1 } }],
  [`${key}_set`, { type: { key, min: 0, max: "unlimited" } }],
  [`${key}_map`, { type: { key, value: "string", min: 0, max: "unlimited" } }],
  [`string_to_${key}`, { type: { key: "string", value: key, min: 0, max: "unlimited" } }],
]);

export const VECTORS_SCHEMA = {
  name: "Vectors",
  version: "1.0.0",
  tables: {
    Any: {
      isRoot: true,
      columns: {
        ...Object.fromEntries(shapes),
        name: { type: "string" },
        percent: { type: { key: { type: "integer", minInteger: 0, maxInteger: 100 } } },
        ratio: { type: { key: { type: "real", minReal: 0, maxReal: 1 }, min: 0, max: 1 } },
        code: { type: { key: { type: "string", minLength: 2, maxLength: 4 }, min: 0, max: 1 } },
        color: { type: { key: { type: "string", enum: ["set", ["red", "green"]] }, min: 0, max: 1 } },
        level: { type: { key: { type: "integer", enum: ["set", [1, 2, 3]] }, min: 0, max: "unlimited" } },
        pair: { type: { key: "integer", min: 0, max: 2 } },
        some: { type: { key: "integer", min: 1, max: "unlimited" } },
        fixed: { type: "string", mutable: false },
        strong: { type: { key: { type: "uuid", refTable: "Target" }, min: 0, max: 1 } },
        weak: {
          type: { key: { type: "uuid", refTable: "Target", refType: "weak" }, min: 0, max: "unlimited" },
        },
      },
    },
    Target: { isRoot: true, columns: { label: { type: "string" } } },
    Kept: { columns: { label: { type: "string" } } },
    Keeper: {
      isRoot: true,
      columns: {
        label: { type: "string" },
        kept: { type: { key: { type: "uuid", refTable: "Kept" }, min: 0, max: "unlimited" } },
      },
    },
    Unique: {
      isRoot: true,
      indexes: [["label"], ["a", "b"]],
      columns: { label: { type: "string" }, a: { type: "integer" }, b: { type: "integer" } },
    },
    Single: { isRoot: true, maxRows: 1, columns: { label: { type: "string" } } },
  },
};

/** Turns the column of a server, in the served type, into the column of a row. */

import { columnDecoder, type Decoder, defaultValue, NotationError } from "../schema/notation.ts";
import { type Projection, projection } from "../schema/projection.ts";
import { type ColumnSchema, columnSchema, type UntypedSchema } from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { Value } from "../schema/value.ts";
import { applyDifference } from "./difference.ts";

export interface ColumnCodec {
  readonly name: string;
  /** The served type; the descriptor's type where the server lacks the column. */
  readonly type: ColumnSchema;
  readonly decode: Decoder<Value>;
  /** True: a `modify` carries the whole value instead of a difference. */
  readonly whole: boolean;
  readonly default: Value;
  /** Turns the served value into the value of the row; null: both are the same. */
  readonly project: Projection | null;
}

/** Throws when the descriptor has no such column. */
export function columnCodec(
  descriptor: UntypedSchema,
  served: UntypedSchema,
  table: string,
  column: string,
): ColumnCodec {
  const described = columnSchema(descriptor, table, column);
  if (described === undefined)
    throw new RangeError(`the descriptor of ${descriptor.name} has no column ${table}.${column}`);
  const type = columnSchema(served, table, column) ?? described;
  return {
    name: column,
    type,
    decode: columnDecoder(type),
    whole: type.max === 1,
    default: defaultValue(type),
    project: projection(type, described),
  };
}

/** The value after a `modify`. */
export function modifyColumn(codec: ColumnCodec, uuid: Uuid, old: Value, json: unknown): Value {
  try {
    const value = codec.decode(json);
    return codec.whole ? value : applyDifference(codec.type, old, value);
  } catch (error) {
    throw located(error, uuid, codec.name);
  }
}

/** Adds the place to an error about a value. */
export function located(error: unknown, uuid: Uuid, column?: string): unknown {
  if (!(error instanceof NotationError)) return error;
  const where = column === undefined ? `row ${uuid}` : `row ${uuid}, column ${column}`;
  return new NotationError(`${where}: ${error.message}`);
}

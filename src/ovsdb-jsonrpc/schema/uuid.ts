/** UUIDs of rows (RFC 7047 section 3.1), and names for rows that a transaction is about to insert. */

declare const uuidBrand: unique symbol;

/** A lower-case UUID in the usual 8-4-4-4-12 notation. */
export type Uuid = string & { readonly [uuidBrand]: true };

/** A reference to a row that the same transaction inserts, by the row's `uuid-name`. */
export interface NamedUuid {
  /** The `uuid-name`, an `<id>`. */
  readonly namedUuid: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The UUID that refers to no row: the default of a reference. */
export const ZERO_UUID = "00000000-0000-0000-0000-000000000000" as Uuid;

/** Whether a value is a UUID in lower-case 8-4-4-4-12 notation. False for a UUID in upper case. */
export function isUuid(value: unknown): value is Uuid {
  return typeof value === "string" && value.length === 36 && UUID.test(value);
}

/** The UUID that `text` spells, in lower case; null when `text` spells no UUID. */
export function parseUuid(text: string): Uuid | null {
  const lower = text.toLowerCase();
  return isUuid(lower) ? lower : null;
}

/** Makes a reference to the row that an insert of the same transaction calls `name`: `[a-zA-Z_][a-zA-Z0-9_]*`. */
export function named(name: string): NamedUuid {
  return { namedUuid: name };
}

export function isNamedUuid(value: unknown): value is NamedUuid {
  return typeof value === "object" && value !== null && "namedUuid" in value;
}

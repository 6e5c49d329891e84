/** What is kept of a database. */

/** Columns by table, and indexes by table and name. */
export type Selection = { readonly [table: string]: readonly string[] };
export type IndexSelection = { readonly [table: string]: { readonly [index: string]: readonly string[] } };

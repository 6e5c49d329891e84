/**
 * A view of one table, which a monitor of the database keeps current (RFC 7047 section 4.1.5).
 *
 * The rows are those after the last transaction that the server has reported. The view ends with its connection.
 */
import { connect } from "node:net";
import { Changes } from "./changes.ts";
import { type ColumnOf, type DatabaseName, decodeRow, type RowOf, type TableOf } from "./databases.ts";
import { splitMessages } from "./messages.ts";

/** A database, a table in it, and the columns to monitor. */
export type Selection<D extends DatabaseName, T extends TableOf<D>, C extends ColumnOf<D, T>> = readonly [
  database: D,
  table: T,
  columns: readonly C[],
];

export class Watch<D extends DatabaseName, T extends TableOf<D>, C extends ColumnOf<D, T>> {
  readonly #selection: Selection<D, T, C>;
  readonly #socket;
  readonly #changes = new Changes();
  readonly #rows = new Map<string, RowOf<D, T, C>>();
  #complete = false;

  constructor(socketPath: string, selection: Selection<D, T, C>) {
    this.#selection = selection;
    const [database, table, columns] = selection;
    const onText = splitMessages((message) => {
      try {
        this.#receive(message);
      } catch (error) {
        this.#changes.end(String(error));
      }
    });
    this.#socket = connect(socketPath)
      .setEncoding("utf8")
      .on("data", (text) => onText(String(text)))
      .on("error", (error) => this.#changes.end(`${socketPath}: ${error.message}`))
      .on("close", () => this.#changes.end(`the connection to ${socketPath} was closed`));
    this.#send({ id: "monitor", method: "monitor", params: [database, null, { [table]: [{ columns }] }] });
  }

  /** The present rows. */
  get rows(): readonly RowOf<D, T, C>[] {
    return [...this.#rows.values()];
  }

  /** Resolves with the rows when they have been read and satisfy the predicate. */
  until(
    predicate: (rows: readonly RowOf<D, T, C>[]) => boolean,
    within = 30_000,
  ): Promise<readonly RowOf<D, T, C>[]> {
    const [database, table] = this.#selection;
    return this.#changes.until({
      look: () => (this.#complete && predicate(this.rows) ? this.rows : undefined),
      within,
      what: `${table} of ${database} to satisfy ${predicate}`,
      instead: () => `its rows: ${this.#complete ? Bun.inspect(this.rows, { depth: 6 }) : "not read yet"}`,
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #send(message: object): void {
    this.#socket.write(JSON.stringify(message));
  }

  #receive({ id, method, params, result, error }: Readonly<Record<string, unknown>>): void {
    if (method === "echo") this.#send({ id, result: params, error: null });
    else if (method === "update" && Array.isArray(params)) this.#apply(params[1]);
    else if (id !== "monitor") return;
    else if (error !== null && error !== undefined) this.#changes.end(`monitor: ${JSON.stringify(error)}`);
    else {
      this.#complete = true;
      this.#apply(result);
    }
  }

  #apply(tableUpdates: unknown): void {
    const rowUpdates = member(tableUpdates, this.#selection[1]);
    for (const [uuid, update] of Object.entries(rowUpdates ?? {})) {
      const row = member(update, "new");
      if (row === undefined) this.#rows.delete(uuid);
      else this.#rows.set(uuid, decodeRow(this.#selection, uuid, row));
    }
    this.#changes.notify();
  }
}

function member(value: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(value)) return undefined;
  const found = value[key];
  return isObject(found) ? found : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

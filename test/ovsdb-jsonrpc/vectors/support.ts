/** A real server with the database of the vectors, a session with it, and a bare connection that tells what JSON the server sends. */
import net from "node:net";
import {
  JsonFramer,
  type Operation,
  parseDatabaseSchema,
  Session,
  type TransactError,
  type Uuid,
} from "ovsdb-jsonrpc";
import { startTestServer } from "ovsdb-jsonrpc/testing";
import type { WriteFields } from "../../../src/ovsdb-jsonrpc/operations/operation.ts";
import type { Row } from "../../../src/ovsdb-jsonrpc/schema/schema.ts";
import { VECTORS_SCHEMA } from "./schema.ts";

type Selection = { readonly [table: string]: readonly string[] };
export type VectorSession = Session<{ readonly [table: string]: Row }, Selection>;

/** What became of a value: the server's JSON for it, what `select` answers, and what the replica has. */
export interface Seen {
  readonly json: string;
  readonly selected: unknown;
  readonly replica: unknown;
}

export class VectorServer {
  /** Monitors every table. */
  readonly session: VectorSession;
  /** Monitors the rows of `Any` that its condition asks for. */
  readonly watcher: VectorSession;
  readonly #bare: net.Socket;
  readonly #stop: () => Promise<void>;

  private constructor(
    session: VectorSession,
    watcher: VectorSession,
    bare: net.Socket,
    stop: () => Promise<void>,
  ) {
    this.session = session;
    this.watcher = watcher;
    this.#bare = bare;
    this.#stop = stop;
  }

  static async start(): Promise<VectorServer> {
    const server = await startTestServer({ schema: VECTORS_SCHEMA });
    const schema = parseDatabaseSchema(VECTORS_SCHEMA);
    if (!schema.ok) throw new Error(schema.error);
    const monitor: Selection = Object.fromEntries(
      Object.entries(schema.value.tables).map(([table, { columns }]) => [table, Object.keys(columns)]),
    );
    const options = { database: schema.value, remotes: server.remote };
    const session: VectorSession = new Session({ ...options, monitor });
    const selection: Selection = { Any: ["name"] };
    const watcher: VectorSession = new Session({ ...options, monitor: selection, where: { Any: [false] } });
    const bare = net.connect({ path: server.remote.slice("unix:".length) });
    await Promise.all([session.synced(), watcher.synced()]);
    return new VectorServer(session, watcher, bare, () => server.stop());
  }

  async stop(): Promise<void> {
    this.session.close();
    this.watcher.close();
    this.#bare.destroy();
    await this.#stop();
  }

  /** Every table is empty afterwards. */
  async clear(): Promise<void> {
    const tables = ["Keeper", "Any", "Target", "Unique", "Single"];
    const result = await this.session.transact(tables.map((table) => ({ op: "delete", table, where: [] })));
    if (!result.ok) throw new Error(result.error.details);
  }

  /** The results; an error's code instead. */
  async carryOut(operations: readonly Operation[]): Promise<readonly unknown[] | TransactError["code"]> {
    const result = await this.session.transact(operations);
    return result.ok ? result.value : result.error.code;
  }

  /** Inserts one row into `Any`, and asks for the column of it. */
  async insertAndRead(row: WriteFields, column: string): Promise<Seen | TransactError["code"]> {
    const inserted = await this.session.transact([{ op: "insert", table: "Any", row }]);
    return inserted.ok ? this.read(inserted.value[0].uuid, column) : inserted.error.code;
  }

  async read(uuid: Uuid, column: string): Promise<Seen> {
    const operation = {
      op: "select",
      table: "Any",
      where: [["_uuid", "==", uuid]],
      columns: [column],
    } as const;
    const found = await this.session.transact([operation]);
    if (!found.ok) throw new Error(found.error.details);
    const [row] = found.value[0].rows as readonly Row[];
    return {
      json: await this.#served(uuid, column),
      selected: row?.[column],
      replica: this.session.replica.table("Any").rows.get(uuid)?.[column],
    };
  }

  /** The very text that the server sends for the column. */
  async #served(uuid: Uuid, column: string): Promise<string> {
    const select = {
      op: "select",
      table: "Any",
      where: [["_uuid", "==", ["uuid", uuid]]],
      columns: [column],
    };
    const reply = new Promise<string>((resolve) => {
      const framer = new JsonFramer();
      const take = (chunk: Uint8Array) =>
        void framer.push(chunk, (text) => {
          this.#bare.off("data", take);
          resolve(new TextDecoder().decode(text));
        });
      this.#bare.on("data", take);
    });
    this.#bare.write(JSON.stringify({ id: 0, method: "transact", params: [VECTORS_SCHEMA.name, select] }));
    const text = await reply;
    const found = new RegExp(`"rows":\\[\\{"${column}":(.*)\\}\\]\\}\\]`, "s").exec(text)?.[1];
    if (found === undefined) throw new Error(`no column ${column} in ${text}`);
    return found;
  }
}

/** A value in the title of a test. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Map) return `map ${shown([...value])}`;
  if (value instanceof Set) return `set ${shown([...value])}`;
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing");
}

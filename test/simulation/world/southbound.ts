/** The Southbound database of a history, whatever serves it: who writes it, who is asked, and what may happen to it. */
import type { JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { Database, type Write } from "../ovsdb/database.ts";
import type { Schema } from "../ovsdb/schema.ts";
import type { ServedDatabase } from "../ovsdb/served-database.ts";
import { execute } from "../ovsdb/transaction.ts";
import { ServerProcess } from "./server-process.ts";
import type { World } from "./world.ts";

export interface Southbound {
  /** As in `ovn-remote`. */
  readonly remotes: string;
  /** Those that vifplugd can be connected to. */
  readonly servers: readonly ServerProcess[];
  /** The content for whoever writes; null while nobody can. */
  readonly content: Database | null;
  /** Carries a transaction out, if it can be now; false: it is to be tried again. */
  transact(operations: readonly JsonObject[]): boolean;
  /** Called after the content has changed. */
  onChange: () => void;
  /** Something happens to it; the words say what. Everything ends by `calm`. */
  readonly faults: Readonly<Record<string, () => string>>;
  /** Everybody works again. */
  calm(): void;
  /** The content of another time; null: none at all. */
  restore(content: readonly Write[] | null): void;
}

/** Carries a transaction of an actor out on a database that commits at once. */
export function transactAtOnce(
  world: World,
  served: ServedDatabase,
  operations: readonly JsonObject[],
): boolean {
  const { database } = served;
  const outcome = execute(
    { database, holds: () => true, newUuid: () => world.newUuid(), elapsedMs: 0 },
    operations,
  );
  if (outcome.kind !== "ready") {
    if (outcome.kind === "failed") world.tell("an actor", `is refused: ${JSON.stringify(outcome.results)}`);
    return outcome.kind === "failed";
  }
  if (outcome.changes.length > 0) {
    served.commit(outcome.changes, world.newUuid());
    served.run();
  }
  return true;
}

/** As by a script of an upgrade; every monitor is no more. */
export const CONVERTED = "the Southbound is converted, to the schema that it has";

export function convertedTo(isOfToday: boolean): string {
  return `the Southbound is converted, to the schema of ${isOfToday ? "today" : "an older release"}`;
}

/** The content as another schema has it: what that one lacks is left out. */
export function fitted(content: readonly Write[], schema: Schema): readonly Write[] {
  return content.flatMap(({ table: { name }, uuid, now }): Write[] => {
    const table = schema.tables.get(name);
    if (table === undefined || now === null) return [];
    const kept = Object.entries(now).filter(([column]) => table.columns.has(column));
    return [{ table, uuid, now: Object.fromEntries(kept) }];
  });
}

/** Another database with another schema and the same content; and what changes by that. */
export function converted(database: Database, schema: Schema) {
  const other = new Database(schema);
  const before = new Map(database.content().map(({ uuid, now }) => [uuid, now]));
  const changes = other.apply(fitted(database.content(), schema));
  return {
    database: other,
    changes: changes.map((change) => ({ ...change, old: before.get(change.uuid) ?? null })),
  };
}

/**
 * One server.
 *
 * @param older the schema of an older release, to which it may be converted; the same unless given
 */
export function standalone(world: World, schema: Schema, older: Schema = schema): Southbound {
  let database = new Database(schema);
  const server = new ServerProcess(world, "southbound", "tcp:10.0.0.1:6642", (one) => void one.add(database));
  const served = () => {
    const found = server.server.database(schema.name);
    if (found === undefined) throw new Error("the server has no database");
    return found;
  };
  server.onCommit = () => southbound.onChange();
  const southbound: Southbound = {
    remotes: server.address,
    servers: [server],
    get content() {
      return server.alive ? database : null;
    },
    transact: (operations) => server.alive && transactAtOnce(world, served(), operations),
    onChange: () => {},
    faults: {
      kill: () => {
        server.kill();
        world.scheduler.after(world.outage(), () => server.start());
        return "the Southbound's server is killed";
      },
      halt: () => {
        server.halt(world.outage());
        return "the Southbound's server stands still";
      },
      convert: () => {
        if (!server.alive) return "there is nobody to convert the Southbound";
        const chosen = world.random.pick([schema, older]);
        const other = converted(database, chosen);
        database = other.database;
        server.commits.push(other.changes);
        server.server.convert(database);
        southbound.onChange();
        return convertedTo(chosen === schema);
      },
    },
    calm: () => server.start(),
    restore: (content) => {
      server.kill();
      server.commits.push(database.replace(fitted(content ?? [], database.schema)));
      server.start();
      southbound.onChange();
    },
  };
  return southbound;
}

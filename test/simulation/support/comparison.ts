/**
 * The simulated and a real ovsdb-server side by side: the same requests go to both, and everything that they say has to be
 * the same, apart from UUIDs that they choose, the order in which neither promises anything, and words for people.
 */
import { isArray, isObject, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { type Random, random } from "../../support/random.ts";
import { Database } from "../ovsdb/database.ts";
import type { Schema } from "../ovsdb/schema.ts";
import { SimulatedServer } from "../ovsdb/server.ts";
import type { ServerSession } from "../ovsdb/session.ts";
import { execute } from "../ovsdb/transaction.ts";
import { RawClient } from "./raw-client.ts";
import { Workload } from "./workload.ts";

const CONNECTIONS = 3;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

interface Connection {
  readonly real: RawClient;
  readonly simulated: ServerSession;
  said: JsonObject[];
  /** Transactions that wait. */
  readonly open: Set<number>;
}

export class Comparison {
  readonly #database: Database;
  readonly #connections: Connection[] = [];
  readonly #random: Random;
  readonly #workload: Workload;
  /** A real UUID's counterpart, and the other way round. */
  readonly #simulatedOf = new Map<string, string>();
  readonly #realOf = new Map<string, string>();
  readonly #trial = random(1);
  #nextId = 0;
  /** The last request. */
  last = "";
  /** How many requests of each method were answered, and with which errors. */
  readonly answers = new Map<string, number>();

  private constructor(schema: Schema, tables: readonly string[], seed: number) {
    this.#random = random(seed);
    this.#database = new Database(schema);
    this.#workload = new Workload(this.#random, () => this.#database, tables);
  }

  static async start(
    schema: Schema,
    tables: readonly string[],
    path: string,
    seed: number,
  ): Promise<Comparison> {
    const comparison = new Comparison(schema, tables, seed);
    const uuids = random(seed + 1);
    const server = new SimulatedServer({
      newUuid: () => newUuid(uuids),
      now: () => 0,
      timer: () => {},
      onNews: (session) => session.flush(),
    });
    server.add(comparison.#database);
    for (let n = 0; n < CONNECTIONS; n++) {
      const said: JsonObject[] = [];
      const connection: Connection = {
        real: await RawClient.connect(path),
        simulated: server.connect({ send: (message) => connection.said.push(message), close: () => {} }),
        said,
        open: new Set(),
      };
      comparison.#connections.push(connection);
    }
    return comparison;
  }

  /** One random request to both; what differs, or null. */
  async step(): Promise<string | null> {
    const connection = this.#random.pick(this.#connections);
    const request = this.#workload.next();
    let message: JsonObject;
    if (request.kind === "cancel") {
      const [id] = connection.open;
      if (id === undefined) return null;
      message = { id: null, method: "cancel", params: [id] };
    } else {
      const { method, params } = request;
      message = { id: this.#nextId++, method, params };
    }
    if (request.kind === "request" && this.#isUncertain(request.method, request.params)) return null;
    this.last = JSON.stringify(message);
    connection.simulated.receive(message);
    const isOpen = typeof message.id === "number" && !connection.said.some(({ id }) => id === message.id);
    if (isOpen && typeof message.id === "number") connection.open.add(message.id);
    await connection.real.say(this.#forReal(message));
    for (const { real } of this.#connections) await real.fence();
    for (const { simulated } of this.#connections) simulated.flush();
    const taken = this.#connections.map((one) => ({ ...one, theirs: one.real.take() }));
    for (const { theirs, said } of taken) this.#learn(theirs, said);
    for (const [n, { said, theirs, open }] of taken.entries()) {
      const difference = differenceOf(this.#normal(theirs, true), this.#normal(said, false));
      if (difference !== null) return `${JSON.stringify(message)}\nconnection ${n}: ${difference}`;
      for (const { id } of said) if (typeof id === "number") open.delete(id);
      this.#count(message, said);
    }
    for (const one of this.#connections) one.said = [];
    return null;
  }

  close(): void {
    for (const { real } of this.#connections) real.close();
  }

  #isUncertain(method: string, [name, ...operations]: readonly Json[]): boolean {
    const database = this.#database;
    if (method !== "transact" || name !== database.schema.name) return false;
    const context = { database, holds: () => true, newUuid: () => newUuid(this.#trial), elapsedMs: 0 };
    const outcome = execute(context, operations);
    return outcome.kind === "ready" && outcome.isUncertain;
  }

  #forReal(message: JsonObject): JsonObject {
    return JSON.parse(JSON.stringify(message).replace(UUID, (uuid) => this.#realOf.get(uuid) ?? uuid));
  }

  /** The UUIDs of inserted rows stand in the replies at the same places. */
  #learn(theirs: readonly JsonObject[], ours: readonly JsonObject[]): void {
    for (const reply of theirs) {
      const counterpart = ours.find(({ id }) => id !== null && id === reply.id);
      const [real, simulated] = [inserted(reply.result), inserted(counterpart?.result)];
      for (const [at, uuid] of real.entries()) {
        const other = simulated[at];
        if (uuid === null || other === undefined || other === null) continue;
        this.#simulatedOf.set(uuid, other);
        this.#realOf.set(other, uuid);
      }
    }
  }

  #normal(messages: readonly JsonObject[], isReal: boolean): readonly string[] {
    const texts = messages.flatMap((message) => {
      const text = isReal
        ? JSON.stringify(message).replace(UUID, (uuid) => this.#simulatedOf.get(uuid) ?? uuid)
        : JSON.stringify(message);
      const normal = canonical(JSON.parse(text));
      return isNothing(normal) ? [] : [JSON.stringify(normal)];
    });
    // The order of several monitors' notifications is nobody's promise.
    const isUpdate = (text: string) => text.includes('"method":"update');
    const sorted: string[] = [];
    for (let at = 0; at < texts.length; ) {
      const end = texts.findIndex((text, index) => index >= at && !isUpdate(text));
      const stop = end === -1 ? texts.length : end;
      sorted.push(...texts.slice(at, stop).sort(), ...texts.slice(stop, stop + 1));
      at = stop + 1;
    }
    return sorted;
  }

  #count({ id, method }: JsonObject, said: readonly JsonObject[]): void {
    for (const reply of said) {
      if (reply.id === null) this.#add(String(reply.method));
      if (reply.id !== id || id === null) continue;
      this.#add(`${method}${errorOf(reply.error)}`);
      if (isArray(reply.result))
        for (const result of reply.result)
          if (isObject(result) && "error" in result) this.#add(`${result.error}`);
    }
  }

  #add(what: string): void {
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
  }
}

function errorOf(error: Json | undefined): string {
  if (error === null || error === undefined) return "";
  return `: ${isObject(error) ? error.error : error}`;
}

function inserted(result: Json | undefined): readonly (string | null)[] {
  if (!isArray(result)) return [];
  return result.map((one) => {
    const uuid = isObject(one) ? one.uuid : null;
    return isArray(uuid) && typeof uuid[1] === "string" ? uuid[1] : null;
  });
}

/** Without what each server may say as it likes. */
function canonical(json: Json): Json {
  if (isArray(json)) {
    const [kind, members] = json;
    const parts = json.map(canonical);
    if ((kind === "set" || kind === "map") && json.length === 2 && isArray(members))
      return [kind, sortedByText(members.map(canonical))];
    return parts;
  }
  if (!isObject(json)) return json;
  if (typeof json.error === "string" && "details" in json) return { error: json.error };
  const entries = Object.entries(json)
    .filter(([name, value]) => name !== "_version" && !isEmptyChange(value ?? null))
    .map(([name, value]) => {
      const member = canonical(value ?? null);
      return [
        name,
        name === "result" && isDatabaseList(member)
          ? sortedByText(member)
          : name === "rows" && isArray(member)
            ? sortedByText(member)
            : member,
      ] as const;
    });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * A change of what a condition looked at, of which nothing is shown: the real server shares what it looks at among the
 * monitors that show the same columns.
 */
function isEmptyChange(json: Json): boolean {
  if (!isObject(json)) return false;
  const text = JSON.stringify(json);
  const { old } = json;
  if (isObject(old) && Object.keys(old).length === 0 && "new" in json) return true;
  return text === '{"modify":{}}' || /^\{("[^"]*":\{"modify":\{\}\},?)+\}$/.test(text);
}

/** A notification without a change. */
function isNothing(json: Json): boolean {
  const { method = null, params = null } = isObject(json) ? json : {};
  if (typeof method !== "string" || !method.startsWith("update") || !isArray(params)) return false;
  const updates = params.at(-1);
  return isObject(updates) && Object.values(updates).every((rows) => JSON.stringify(rows) === "{}");
}

function isDatabaseList(json: Json): json is readonly Json[] {
  return isArray(json) && json.includes("_Server");
}

function sortedByText(items: readonly Json[]): readonly Json[] {
  return items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
}

function differenceOf(real: readonly string[], simulated: readonly string[]): string | null {
  if (JSON.stringify(real) === JSON.stringify(simulated)) return null;
  return `\n  the real server says\n    ${real.join("\n    ")}\n  and the simulated\n    ${simulated.join("\n    ")}`;
}

export function newUuid(source: Random): string {
  const digits = source.list(8, () => source.int(0x10000).toString(16).padStart(4, "0"));
  const [a, b, c, d, e, f, g, h] = digits;
  return `${a}${b}-${c}-${d}-${e}-${f}${g}${h}`;
}

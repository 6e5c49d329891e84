/**
 * The few commands on the Open_vSwitch database that everybody writes, as typed functions: what `ovs-vsctl add-br`,
 * `add-port`, `del-port` and `set Interface` do. Each is one transaction, begun anew when somebody else was faster.
 */
import type { Operation } from "../operations/operation.ts";
import type { TransactError } from "../operations/transaction.ts";
import type { MonitoredRows } from "../replica/view.ts";
import { err, ok, type Result } from "../result.ts";
import type { Integer } from "../schema/integers.ts";
import type { DatabaseSchema } from "../schema/schema.ts";
import type { NamedUuid, Uuid } from "../schema/uuid.ts";
import type { Draft } from "../session/commit.ts";
import { Session } from "../session/session.ts";
import type { Environment } from "../wire/environment.ts";
import type { Remote, TlsFiles } from "../wire/remote.ts";

interface OvsTables {
  readonly Open_vSwitch: { readonly _uuid: Uuid; readonly bridges: ReadonlySet<Uuid> };
  readonly Bridge: { readonly _uuid: Uuid; readonly name: string; readonly ports: ReadonlySet<Uuid> };
  readonly Port: {
    readonly _uuid: Uuid;
    readonly name: string;
    readonly interfaces: ReadonlySet<Uuid>;
    readonly tag: Integer | null;
  };
  readonly Interface: {
    readonly _uuid: Uuid;
    readonly name: string;
    readonly type: string;
    readonly options: ReadonlyMap<string, string>;
    readonly external_ids: ReadonlyMap<string, string>;
    readonly mtu_request: Integer | null;
  };
}

const TEXT = { key: { type: "string" }, min: 1, max: 1 } as const;
const TEXTS = { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" } as const;
const NUMBER = { key: { type: "integer" }, min: 0, max: 1 } as const;
const referring = (refTable: string) =>
  ({ key: { type: "uuid", refTable, refType: "strong" }, min: 0, max: "unlimited" }) as const;

const database: DatabaseSchema<OvsTables> = {
  name: "Open_vSwitch",
  version: "0.0.0",
  tables: {
    Open_vSwitch: { columns: { bridges: referring("Bridge") } },
    Bridge: { columns: { name: TEXT, ports: referring("Port") } },
    Port: { columns: { name: TEXT, interfaces: referring("Interface"), tag: NUMBER } },
    Interface: {
      columns: { name: TEXT, type: TEXT, options: TEXTS, external_ids: TEXTS, mtu_request: NUMBER },
    },
  },
};

const MONITOR = {
  Open_vSwitch: ["bridges"],
  Bridge: ["name", "ports"],
  Port: ["name", "interfaces"],
  Interface: ["name"],
} as const;

const INDEXES = {
  Bridge: { name: ["name"], ports: ["ports"] },
  Port: { name: ["name"] },
  Interface: { name: ["name"] },
} as const;

/** Where the server of the Open_vSwitch database is. */
export interface OvsOptions {
  /** The server's remote, or several in a comma list. Default `unix:/var/run/openvswitch/db.sock`. */
  readonly remotes?: string | readonly Remote[];
  /** The files for TLS; `ssl:` remotes need them. */
  readonly tls?: TlsFiles;
  /** Time, chance and connections; the real ones unless given. */
  readonly environment?: Environment;
}

/**
 * The columns of an interface that a command writes; the others stay. In `options` and `external_ids` the command sets each
 * key that is given and takes away each key whose value is null; the other keys stay.
 */
export interface InterfaceSettings {
  readonly type?: string;
  readonly options?: Readonly<Record<string, string | null>>;
  readonly external_ids?: Readonly<Record<string, string | null>>;
  /** The MTU that the interface is to have, in bytes; null: no particular MTU. */
  readonly mtu_request?: number | null;
}

/** The columns of a port, and of its interface, that `addPort` writes. */
export interface PortSettings extends InterfaceSettings {
  /** The VLAN of an access port, 0 to 4095. */
  readonly tag?: number;
}

/**
 * Why a command changed nothing, or why nobody knows: the transaction's error, or a reason to make no transaction: "no root"
 * (nobody has initialized the database), "no bridge", "no interface" (there is none of that name), "other bridge" (the port
 * is on another bridge).
 */
export type OvsError =
  | TransactError
  | { readonly code: "no root" | "no bridge" | "no interface" | "other bridge"; readonly details: string };

/** The answer of a command: ok when the database has the change. By then `bridges` and `ports` tell of the change, too. */
export type OvsAnswer = Promise<Result<void, OvsError>>;

/** Commands on one Open_vSwitch database, over a session of its own. Nothing rejects or throws: an error is in the answer. */
export class Ovs {
  readonly #session;

  /** Starts to connect. Throws when the remotes cannot be parsed, and for `ssl:` remotes without `tls`. */
  constructor(options: OvsOptions = {}) {
    const { remotes = "unix:/var/run/openvswitch/db.sock", tls, environment } = options;
    this.#session = new Session({
      database,
      remotes,
      monitor: MONITOR,
      indexes: INDEXES,
      ...(tls !== undefined && { tls }),
      ...(environment !== undefined && { environment }),
    });
  }

  /**
   * Settles with true when the rows of the database are here, which commands need; with false when the signal was aborted or
   * `close` was called before.
   */
  synced(options?: { readonly signal?: AbortSignal }): Promise<boolean> {
    return this.#session.synced(options);
  }

  /** The names of all bridges, sorted. */
  bridges(): readonly string[] {
    return Array.from(this.#session.replica.table("Bridge").rows.values(), ({ name }) => name).sort();
  }

  /** The names of a bridge's ports, sorted; null when there is no bridge of that name. */
  ports(bridge: string): readonly string[] | null {
    const row = this.#bridge(bridge);
    const ports = this.#session.replica.table("Port");
    return row === undefined
      ? null
      : ports
          .resolve(row.ports)
          .map(({ name }) => name)
          .sort();
  }

  /** Adds a bridge with its local port. A bridge that is there stays as it is. */
  addBridge(bridge: string): OvsAnswer {
    return this.#commit((draft) => {
      if (this.#bridge(bridge) !== undefined) return null;
      const [root] = this.#session.replica.table("Open_vSwitch").rows.values();
      if (root === undefined) return { code: "no root", details: "the Open_vSwitch table is empty" };
      const iface = draft.insert("Interface", { name: bridge, type: "internal" });
      const port = draft.insert("Port", { name: bridge, interfaces: [iface] });
      const made = draft.insert("Bridge", { name: bridge, ports: [port] });
      draft.add(edit("insert", "Open_vSwitch", root._uuid, "bridges", made));
      return null;
    });
  }

  /** Removes a bridge and its ports. Ok also when there is no bridge of that name. */
  delBridge(bridge: string): OvsAnswer {
    return this.#commit((draft) => {
      const row = this.#bridge(bridge);
      if (row === undefined) return null;
      draft.read("Bridge", row._uuid, ["name"]);
      for (const root of this.#session.replica.table("Open_vSwitch").rows.values())
        draft.add(edit("delete", "Open_vSwitch", root._uuid, "bridges", row._uuid));
      return null;
    });
  }

  /**
   * Adds a port with one interface of its name to a bridge. A port that is on the bridge already gets the settings. Errors:
   * "no bridge", and "other bridge" for a port that is on another bridge.
   */
  addPort(bridge: string, port: string, settings: PortSettings = {}): OvsAnswer {
    return this.#commit((draft) => {
      const row = this.#bridge(bridge);
      if (row === undefined) return { code: "no bridge", details: `there is no bridge ${bridge}` };
      const [there] = this.#session.replica.table("Port").index("name").find(port);
      if (there !== undefined) {
        if (!row.ports.has(there._uuid))
          return { code: "other bridge", details: `port ${port} is there, and not on bridge ${bridge}` };
        draft.read("Port", there._uuid, ["name"]);
        if (settings.tag !== undefined) draft.update("Port", there._uuid, { tag: settings.tag });
        for (const uuid of there.interfaces) this.#set(draft, uuid, settings);
        return null;
      }
      const { tag, options = {}, external_ids = {}, ...columns } = settings;
      const iface = draft.insert("Interface", {
        ...columns,
        name: port,
        options: given(options),
        external_ids: given(external_ids),
      });
      const made = draft.insert("Port", {
        name: port,
        interfaces: [iface],
        ...(tag !== undefined && { tag }),
      });
      draft.read("Bridge", row._uuid, ["name"]);
      draft.add(edit("insert", "Bridge", row._uuid, "ports", made));
      return null;
    });
  }

  /** Removes a port from the bridge that has the port. Ok also when there is no port of that name. */
  delPort(port: string): OvsAnswer {
    return this.#commit((draft) => {
      const [row] = this.#session.replica.table("Port").index("name").find(port);
      if (row === undefined) return null;
      draft.read("Port", row._uuid, ["name"]);
      for (const { _uuid } of this.#session.replica.table("Bridge").index("ports").find(row._uuid))
        draft.add(edit("delete", "Bridge", _uuid, "ports", row._uuid));
      return null;
    });
  }

  /** Writes the given columns and keys of an interface, and leaves the others. Error: "no interface". */
  setInterface(name: string, settings: InterfaceSettings): OvsAnswer {
    return this.#commit((draft) => {
      const [row] = this.#session.replica.table("Interface").index("name").find(name);
      if (row === undefined) return { code: "no interface", details: `there is no interface ${name}` };
      this.#set(draft, row._uuid, settings);
      return null;
    });
  }

  /** Ends the session for good. Commands that are under way end as `disconnected`: they may have been committed. */
  close(): void {
    this.#session.close();
  }

  #bridge(name: string) {
    return this.#session.replica.table("Bridge").index("name").find(name)[0];
  }

  #set(
    draft: OvsDraft,
    uuid: Uuid,
    { type, mtu_request, options = {}, external_ids = {} }: InterfaceSettings,
  ) {
    draft.read("Interface", uuid, ["name"]);
    if (type !== undefined) draft.update("Interface", uuid, { type });
    if (mtu_request !== undefined) draft.update("Interface", uuid, { mtu_request });
    for (const [column, keys] of [
      ["options", options],
      ["external_ids", external_ids],
    ] as const) {
      for (const [key, value] of Object.entries(keys)) {
        if (value === null) draft.deleteKey("Interface", uuid, column, key);
        else draft.setKey("Interface", uuid, column, key, value);
      }
    }
  }

  async #commit(build: (draft: OvsDraft) => Exclude<OvsError, TransactError> | null): OvsAnswer {
    const { kind } = this.#session.state;
    if (kind !== "synced") {
      const details = `the rows of the database are not here: the session is ${kind}; wait for synced()`;
      return err({ code: "not sent", details, operation: null, retryable: kind !== "closed" });
    }
    let refused: Exclude<OvsError, TransactError> | null = null;
    const result = await this.#session.commit((draft) => {
      refused = build(draft);
    });
    if (refused !== null) return err(refused);
    return result.ok ? ok(undefined) : result;
  }
}

type OvsDraft = Draft<OvsTables, MonitoredRows<OvsTables, typeof MONITOR>>;

/** A reference more, or less, in a set that a row has. */
function edit(
  mutator: "insert" | "delete",
  table: "Open_vSwitch" | "Bridge",
  uuid: Uuid,
  column: "bridges" | "ports",
  element: Uuid | NamedUuid,
): Operation {
  return { op: "mutate", table, where: [["_uuid", "==", uuid]], mutations: [[column, mutator, [element]]] };
}

/** The keys that are to be there. */
function given(keys: Readonly<Record<string, string | null>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(keys).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

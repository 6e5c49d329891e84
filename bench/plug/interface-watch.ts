/** The interfaces of a local database by name, from a separate monitor, with the arrival time of each message. */
import { Changes } from "../../tools/chassis/changes.ts";
import { type Answer, Wire } from "./wire.ts";

interface Seen {
  readonly name: string;
  /** In bytes; null: no MTU is requested. */
  readonly mtu: number | null;
}

/** `insert` and `initial` have every column, `modify` the changed columns, and `delete` is null (ovsdb-server(7)). */
type RowUpdate = { readonly [kind in "initial" | "insert" | "modify" | "delete"]?: Columns | null };
interface Columns {
  readonly name?: string;
  readonly mtu_request?: number | readonly ["set", readonly number[]];
}

export class InterfaceWatch {
  readonly #rows = new Map<string, Seen>();
  readonly #byName = new Map<string, Seen>();
  readonly #changes = new Changes();
  #at = 0;

  #wire: Wire | null = null;

  private constructor() {}

  static async open(socket: string): Promise<InterfaceWatch> {
    const watch = new InterfaceWatch();
    const wire = await Wire.open(socket, (method, params, at) => {
      if (method === "update2") watch.#apply(params[1], at);
    });
    watch.#wire = wire;
    const request = { Interface: [{ columns: ["name", "mtu_request"] }] };
    const { result, at }: Answer = await wire.request("monitor_cond", ["Open_vSwitch", "bench", request]);
    watch.#apply(result, at);
    return watch;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The arrival time of the message after which `holds` is true. */
  when(what: string, holds: () => boolean, within: number): Promise<number> {
    return this.#changes.until({
      look: () => (holds() ? this.#at : undefined),
      within,
      what,
      instead: () => `${this.size} interfaces are there`,
    });
  }

  plugged(name: string, within: number): Promise<number> {
    return this.when(`interface ${name}`, () => this.#byName.has(name), within);
  }

  hasMtu(name: string, mtu: number, within: number): Promise<number> {
    return this.when(`mtu ${mtu} of ${name}`, () => this.#byName.get(name)?.mtu === mtu, within);
  }

  unplugged(name: string, within: number): Promise<number> {
    return this.when(`the end of interface ${name}`, () => !this.#byName.has(name), within);
  }

  close(): void {
    this.#wire?.close();
  }

  #apply(updates: unknown, at: number): void {
    this.#at = at;
    const rows = (updates as { readonly Interface?: Readonly<Record<string, RowUpdate>> }).Interface ?? {};
    for (const [uuid, { initial, insert = initial, modify }] of Object.entries(rows)) {
      const before = this.#rows.get(uuid);
      const columns = insert ?? modify;
      if (before !== undefined) this.#byName.delete(before.name);
      if (columns === undefined || columns === null) {
        this.#rows.delete(uuid);
        continue;
      }
      const { name = before?.name ?? "", mtu_request: mtu } = columns;
      const after = { name, mtu: mtu === undefined ? (before?.mtu ?? null) : mtuOf(mtu) };
      this.#rows.set(uuid, after);
      this.#byName.set(name, after);
    }
    this.#changes.notify();
  }
}

function mtuOf(value: number | readonly ["set", readonly number[]]): number | null {
  return typeof value === "number" ? value : (value[1][0] ?? null);
}

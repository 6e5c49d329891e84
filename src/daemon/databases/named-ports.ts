/**
 * The port bindings that are asked for by name: a separate monitor, which exists only while a name is asked for. With `==` clauses
 * alone ovsdb-server looks each row up among the names, and the end of a monitor costs ovsdb-server nothing.
 */
import type { Condition } from "ovsdb-jsonrpc";
import type { MonitorScope } from "../../plug/monitor-scope.ts";
import type { PortBindingRow } from "../../plug/rows.ts";
import { tables } from "../../plug/tables.ts";
import { Refusal } from "./refusal.ts";

const monitor = { Port_Binding: tables.portBinding.columns } as const;
type Clauses = Condition<PortBindingRow>;

/** The used part of a monitor. */
interface Names {
  /** The same object that was requested. */
  acknowledged(table: "Port_Binding"): object | null;
  requested(table: "Port_Binding"): object | null;
  setCondition(table: "Port_Binding", clauses: Clauses): void;
  onCondition(listener: () => void): unknown;
  onConditionRequested(listener: () => void): unknown;
  onConditionRefused(
    listener: (refusal: { readonly code: string; readonly details: string }) => void,
  ): unknown;
  drop(): void;
}

/** The used part of a session. */
export interface Monitoring {
  addMonitor(options: {
    readonly monitor: typeof monitor;
    readonly where: { readonly Port_Binding: Clauses };
  }): Names;
}

const NONE: ReadonlySet<string> = new Set();
/** Not among the clauses that were asked for. */
const NO_CLAUSES: object = {};

export class NamedPorts {
  readonly #session: Monitoring;
  readonly #onChange: () => void;
  readonly #onRefused: (code: string, details: string) => void;
  #names: Names | null = null;
  /** Not null: another monitor has told of a commit, and the message of this monitor may be on its way. */
  #doubt: { readonly hidesNames: boolean } | null = null;
  #isAsking = false;
  readonly refusal = new Refusal("by their names");
  /** The names behind each clauses object. */
  readonly #lports = new WeakMap<object, ReadonlySet<string>>();
  #between: { readonly now: object; readonly next: object; readonly both: ReadonlySet<string> } | null = null;

  /** @param onChange called when `complete` may have changed */
  constructor(session: Monitoring, onChange: () => void, onRefused: (code: string, details: string) => void) {
    this.#session = session;
    this.#onChange = onChange;
    this.#onRefused = onRefused;
  }

  ask(scope: MonitorScope): void {
    if (scope.lports.size === 0) {
      this.#names?.drop();
      this.#names = null;
      this.refusal.ended();
      this.#onChange();
      return;
    }
    const clauses = scope.named();
    this.#lports.set(clauses, scope.lports);
    if (this.#names === null) this.#names = this.#open(clauses);
    else this.#names.setCondition("Port_Binding", clauses);
  }

  /**
   * Notes that another monitor has told of a transaction. The server sends a message for each monitor, so rows of the same
   * transaction may be on their way in this monitor; they have arrived with the next reply.
   * @param hidesNames true: missing knowledge has arrived, so `complete` is empty until that reply
   */
  doubt(hidesNames: boolean, ask: () => Promise<unknown>): void {
    // A later question for names is answered after all messages on their way.
    if (this.#names === null) return;
    this.#doubt = { hidesNames: hidesNames || this.#doubt?.hidesNames === true };
    void this.#askUntilCertain(ask);
  }

  /** True: rows that are asked for by name may be on their way. */
  get isInDoubt(): boolean {
    return this.#doubt !== null;
  }

  /** Asks one question at a time, and one more when another doubt has come meanwhile. */
  async #askUntilCertain(ask: () => Promise<unknown>): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    let asked: object | null = null;
    while (asked !== this.#doubt) {
      asked = this.#doubt;
      await ask();
    }
    this.#doubt = null;
    this.#isAsking = false;
    this.#onChange();
  }

  /**
   * The names for which an absent row certainly does not exist. While one condition replaces another, rows leave before the
   * server acknowledges the change.
   */
  get complete(): ReadonlySet<string> {
    const now = this.#names?.acknowledged("Port_Binding") ?? null;
    if (this.#names === null || now === null || this.#doubt?.hidesNames === true) return NONE;
    const next = this.#names.requested("Port_Binding") ?? now;
    if (this.#between?.now !== now || this.#between.next !== next) {
      const [held, wanted] = [this.#lports.get(now) ?? NONE, this.#lports.get(next) ?? NONE];
      const both = now === next ? held : new Set([...held].filter((lport) => wanted.has(lport)));
      this.#between = { now, next, both };
    }
    return this.#between.both;
  }

  #open(clauses: Clauses): Names {
    const names = this.#session.addMonitor({ monitor, where: { Port_Binding: clauses } });
    names.onConditionRequested(() => this.#onChange());
    names.onCondition(() => {
      if (this.#lports.has(names.acknowledged("Port_Binding") ?? NO_CLAUSES)) this.refusal.ended();
      this.#onChange();
    });
    names.onConditionRefused(({ code, details }) => {
      this.refusal.refused(code, details);
      this.#onRefused(code, details);
      this.#onChange();
    });
    return names;
  }
}

/**
 * The port bindings that are asked for by their names: a monitor of its own, which there is only while a name is asked for.
 * With `==` clauses alone ovsdb-server looks each row up among the names, and a monitor that ends costs it nothing.
 */
import type { Condition } from "ovsdb-jsonrpc";
import type { MonitorScope } from "../../plug/monitor-scope.ts";
import type { PortBindingRow } from "../../plug/rows.ts";
import { tables } from "../../plug/tables.ts";

const monitor = { Port_Binding: tables.portBinding.columns } as const;
type Clauses = Condition<PortBindingRow>;

/** As much of a monitor as is used. */
interface Names {
  /** The very object that was asked for. */
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

/** As much of a session as adds the monitor. */
export interface Monitoring {
  addMonitor(options: {
    readonly monitor: typeof monitor;
    readonly where: { readonly Port_Binding: Clauses };
  }): Names;
}

const NONE: ReadonlySet<string> = new Set();

export class NamedPorts {
  readonly #session: Monitoring;
  readonly #onChange: () => void;
  readonly #onRefused: (code: string, details: string) => void;
  #names: Names | null = null;
  /** Not null while the news of another monitor is here, and those of this one may be on their way. */
  #doubt: { readonly hidesNames: boolean } | null = null;
  #isAsking = false;
  /** Which names clauses were made of. */
  readonly #lports = new WeakMap<object, ReadonlySet<string>>();
  #between: { readonly now: object; readonly next: object; readonly both: ReadonlySet<string> } | null = null;

  /** @param onChange told when `complete` may be another one */
  constructor(session: Monitoring, onChange: () => void, onRefused: (code: string, details: string) => void) {
    this.#session = session;
    this.#onChange = onChange;
    this.#onRefused = onRefused;
  }

  ask(scope: MonitorScope): void {
    if (scope.lports.size === 0) {
      this.#names?.drop();
      this.#names = null;
      this.#onChange();
      return;
    }
    const clauses = scope.named();
    this.#lports.set(clauses, scope.lports);
    if (this.#names === null) this.#names = this.#open(clauses);
    else this.#names.setCondition("Port_Binding", clauses);
  }

  /**
   * What one transaction changed comes in a message for each monitor. When another one has come, the rows that changed with it
   * may yet be on their way in this one's: they are here with the next reply.
   * @param hidesNames what was missing has come, so that until then nothing is known of what is asked for by name
   */
  doubt(hidesNames: boolean, ask: () => Promise<unknown>): void {
    // Names that are asked for from now on are answered after all that is on its way.
    if (this.#names === null) return;
    this.#doubt = { hidesNames: hidesNames || this.#doubt?.hidesNames === true };
    void this.#askUntilCertain(ask);
  }

  /** Rows of what is asked for by name may be on their way. */
  get isInDoubt(): boolean {
    return this.#doubt !== null;
  }

  /** One question at a time, and another one when more has come meanwhile. */
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
   * Of these a row that is not there is known not to exist. While one condition replaces another, the rows that leave with
   * the change go before the server's word that it is made.
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
    names.onCondition(() => this.#onChange());
    names.onConditionRefused(({ code, details }) => {
      this.#onRefused(code, details);
      this.#onChange();
    });
    return names;
  }
}

/** Logical ports whose interface names a test gives, on a bench: each plugged under the first, and then to have another. */
import type { Uuid } from "ovsdb-jsonrpc";
import { type Attempt, sent } from "../../../src/plug/attempt.ts";
import { withLeaving } from "../../../src/plug/change-advice.ts";
import type { InterfaceRow } from "../../../src/plug/rows.ts";
import type { PlugSettings } from "../../../src/plug/settings.ts";
import { wanted } from "../../support/logical-ports.ts";
import { PlugBench, settings } from "../../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";

export { settings as OUR_SETTINGS };

export class Moving {
  readonly bench: PlugBench;
  readonly #names = new Map<string, string | null>();
  readonly #refusing = new Set<string>();
  #hasChanged = false;
  #ports = 0;

  constructor(names: Readonly<Record<string, string>>, overrides: Partial<PlugSettings> = {}) {
    const { provider } = recordedProvider("dummy", {
      run: () => {
        const hasChanged = this.#hasChanged;
        this.#hasChanged = false;
        return hasChanged;
      },
      prepare: ({ operation, lport }) => {
        if (operation === "remove") {
          return this.#refusing.has(lport.name) ? { ready: false, reason: "it is in use" } : { ready: true };
        }
        const name = this.#names.get(lport.name) ?? null;
        if (name === null) return { ready: false, reason: "no such device yet" };
        return { ready: true, interface: { name, type: "internal", options: {} } };
      },
    });
    this.bench = PlugBench.started(registryOf(provider), overrides);
    for (const [lport, name] of Object.entries(names)) this.want(lport, name);
    this.bench.commit();
    this.bench.acknowledge();
    this.bench.run();
  }

  /** A logical port more, which is to have the interface of that name. */
  want(lport: string, name: string): void {
    this.#names.set(lport, name);
    this.bench.set("portBinding", wanted(lport, this.#ports++, { "requested-chassis": "hv1" }));
    this.#look();
  }

  /** The provider answers other names; null: it is not ready. */
  to(names: Readonly<Record<string, string | null>>): void {
    for (const [lport, name] of Object.entries(names)) this.#names.set(lport, name);
    this.#look();
  }

  /** The provider does not let the port's interface go, or does again. */
  refuse(lport: string, refuses: boolean): void {
    if (refuses) this.#refusing.add(lport);
    else this.#refusing.delete(lport);
    this.#look();
  }

  /** The cloud moves the port to another chassis. */
  move(lport: string, chassis: Uuid): void {
    const row = [...this.bench.tables.portBinding.values()].find(
      ({ logical_port }) => logical_port === lport,
    );
    if (row === undefined) throw new Error(`there is no ${lport}`);
    const options = new Map(row.options).set("requested-chassis", "hv2");
    this.bench.set("portBinding", { ...row, options, requested_chassis: chassis });
    this.bench.run();
    this.bench.acknowledge();
    this.bench.run();
  }

  /** The port's change is on its way. */
  send(lport: string): Attempt {
    const { change } = this.bench.status(lport);
    const advice = this.bench.engine.data(this.bench.graph.advice).get(lport);
    if (change === null || advice === undefined) throw new Error(`nothing is to be written for ${lport}`);
    const attempt = sent(change, withLeaving(advice, change), undefined);
    this.bench.attempt(lport, attempt);
    this.bench.run();
    return attempt;
  }

  row(name: string): InterfaceRow {
    const row = this.bench.interfaceNamed(name);
    if (row === undefined) throw new Error(`there is no interface ${name}`);
    return row;
  }

  /** The logical port of each interface that is ours, by the interface's name. */
  owners(): readonly (readonly [string, string])[] {
    const rows = [...this.bench.tables.iface.values()].filter(({ external_ids }) =>
      external_ids.has("ovn-plugged"),
    );
    return rows.map(({ name, external_ids }) => [name, external_ids.get("iface-id") ?? ""] as const).sort();
  }

  uuids(): readonly Uuid[] {
    return [...this.bench.tables.iface.keys()].sort();
  }

  #look(): void {
    this.#hasChanged = true;
    this.bench.run();
  }
}

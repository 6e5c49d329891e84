/**
 * Sub-functions on demand. A sub-function with a number in the configured range is ours: vifplugd makes the sub-function when it
 * is wanted and absent, and deletes it at unplug, or after a start when nobody wants it. Others are never touched.
 *
 * Invariants: only {@link make} and {@link remove} change sub-functions. What this process made and nobody has plugged yet, and
 * what could not be deleted, is loose: it is looked at until it is plugged or gone.
 */
import {
  addSubFunctionRequest,
  type DevlinkPort,
  deletePortRequest,
  parseDevlinkEvent,
  setAddressRequest,
} from "../../netlink/devlink.ts";
import { type NetlinkTransport, PROTOCOL, type Request } from "../../netlink/transport.ts";
import type { NotReady } from "../provider.ts";
import type { SfRange } from "./config.ts";
import { nameOfPf, type PfName, pfNameOf } from "./names.ts";
import type { WantedFunction } from "./options.ts";
import type { Pf } from "./switch-index.ts";
import type { SwitchPort } from "./switch-port.ts";
import type { SwitchTable } from "./switch-table.ts";

export interface SubFunctionsOptions {
  /** The numbers of our sub-functions; null: no sub-function is ours. */
  readonly range: SfRange | null;
  readonly netlink: NetlinkTransport;
  readonly table: SwitchTable;
  /** The number of the family `devlink`. */
  readonly family: () => number;
  /** Whether the table is up to date with the kernel. */
  readonly isCurrent: () => boolean;
  readonly log: (level: "warn" | "info", message: string) => void;
  /** Called when the answer of `whyNot` may have changed. */
  readonly onChange: () => void;
}

type Making =
  | { readonly phase: "making" }
  | { readonly phase: "failed"; readonly reason: string }
  | { readonly phase: "due" };

/** errno: the sub-function has gone meanwhile. */
const ENODEV = 19;
/** The delay after a failure, in milliseconds: doubled from the first to the last. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

export class SubFunctions {
  readonly #options: SubFunctionsOptions;
  readonly #making = new Map<string, Making>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #removing = new Set<string>();
  /** The sub-functions that could not be deleted, until another try is due. */
  readonly #kept = new Set<string>();
  /** The loose sub-functions; true: the kernel has told their port. */
  readonly #loose = new Map<string, boolean>();
  #isClosed = false;

  constructor(options: SubFunctionsOptions) {
    this.#options = options;
  }

  /** Why a wanted sub-function of ours is absent; null: it exists, or is not ours. */
  whyNot(wanted: WantedFunction): NotReady | null {
    const absent = this.#absent(wanted);
    if (absent === null) return null;
    const { key, name } = absent;
    const making = this.#making.get(key);
    if (making === undefined || making.phase === "due") {
      return { ready: false, reason: `${name} is to be made (sf_range)`, arrange: true };
    }
    if (making.phase === "making") return { ready: false, reason: `${name} is being made (sf_range)` };
    return { ready: false, reason: `${name} cannot be made (sf_range): ${making.reason}` };
  }

  /** Why a port has to wait for another sub-function in the place of this one; null: it stays. */
  whyGoing({ name }: SwitchPort): NotReady | null {
    if (!this.#removing.has(name)) return null;
    return { ready: false, reason: `sub-function ${name} is to be deleted and made anew (sf_range)` };
  }

  /** Makes the wanted sub-function, when it is ours and absent. */
  make(wanted: WantedFunction): void {
    const absent = this.#absent(wanted);
    if (absent === null) return;
    const { key, pf, number, name } = absent;
    const making = this.#making.get(key);
    if (making !== undefined && making.phase !== "due") return;
    this.#making.set(key, { phase: "making" });
    void this.#make(key, pf, number, wanted.hardwareAddress).then((failure) => {
      if (failure === null) {
        this.#making.delete(key);
        this.#failures.delete(key);
        this.#options.log("info", `${name} has been made (sf_range)`);
      } else this.#failed(key, name, failure);
      this.#options.onChange();
    });
  }

  isOurs({ role, devlink }: SwitchPort): boolean {
    if (role.kind !== "function" || role.function.kind !== "sf" || devlink === null) return false;
    return this.#isInRange(role.function.number);
  }

  get hasLoose(): boolean {
    return this.#loose.size > 0;
  }

  /** The loose ones of these sub-functions, none that is still being made. */
  looseOf(ours: readonly SwitchPort[]): readonly SwitchPort[] {
    const there = new Map(ours.map((port) => [keyOf(port), port]));
    for (const [key, wasThere] of this.#loose) {
      if (there.has(key)) this.#loose.set(key, true);
      else if (wasThere) this.#loose.delete(key);
    }
    return [...there].flatMap(([key, port]) => {
      const isMade = this.#making.get(key)?.phase !== "making";
      return this.#loose.has(key) && isMade ? [port] : [];
    });
  }

  /** The sub-function was unplugged, and may go when nobody wants it any more. */
  letGo(port: SwitchPort): void {
    this.#loose.set(keyOf(port), true);
  }

  /** The sub-function is in place: its unplug deletes it. */
  plugged(port: SwitchPort): void {
    this.#loose.delete(keyOf(port));
  }

  /** Deletes a sub-function of ours; later, where another one may have its place in devlink's table by now, or the kernel refuses. */
  remove(port: SwitchPort): void {
    const { devlink, name } = port;
    if (devlink === null || !this.isOurs(port) || this.#removing.has(name) || this.#kept.has(name)) return;
    if (!this.#options.isCurrent()) {
      this.letGo(port);
      return;
    }
    this.#removing.add(name);
    void this.#ask(deletePortRequest(this.#options.family(), devlink)).then((answer) => {
      this.#removing.delete(name);
      if (!answer.ok && answer.error.errno !== ENODEV) {
        this.#notRemoved(port, answer.error.message);
        return;
      }
      this.#loose.delete(keyOf(port));
      this.#failures.delete(name);
      this.#options.log("info", `sub-function ${name} has been deleted (sf_range)`);
    });
  }

  #notRemoved(port: SwitchPort, reason: string): void {
    const { name } = port;
    this.#options.log("warn", `sub-function ${name} cannot be deleted (sf_range): ${reason}`);
    this.letGo(port);
    this.#kept.add(name);
    this.#later(name, () => this.#kept.delete(name));
    this.#options.onChange();
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #absent(wanted: WantedFunction): { key: string; name: string; pf: Pf; number: number } | null {
    const { function: which } = wanted;
    if (which.kind !== "sf" || !this.#isInRange(which.number)) return null;
    const pf = this.#options.table.findPf(wanted.pf);
    if (!pf.ok || pf.value.functions.has(`sf ${which.number}`)) return null;
    const name = nameOf(which.number, pf.value);
    return { key: name, name, pf: pf.value, number: which.number };
  }

  #isInRange(number: number): boolean {
    const { range } = this.#options;
    return range !== null && number >= range.first && number <= range.last;
  }

  /** @returns the reason of the failure; null: the sub-function was made */
  async #make(key: string, pf: Pf, sf: number, hardwareAddress: string | null): Promise<string | null> {
    const { device, controller, number } = pf;
    const family = this.#options.family();
    const wanted = { device, pf: number, sf, controller: controller === 0 ? null : controller };
    const made = await this.#ask(addSubFunctionRequest(family, wanted));
    if (!made.ok) return made.error.message;
    this.#loose.set(key, false);
    if (hardwareAddress === null) return null;
    const [port] = made.value.flatMap((message): DevlinkPort[] => {
      const event = parseDevlinkEvent(message);
      return event.ok && event.value?.kind === "present" ? [event.value.port] : [];
    });
    if (port === undefined) return "the kernel does not say which port it is, so it has no address";
    const addressed = await this.#ask(setAddressRequest(family, port, hardwareAddress));
    if (addressed.ok) return null;
    // Without its address the sub-function cannot be used, and a later look would take it for a complete one.
    const deleted = await this.#ask(deletePortRequest(family, port));
    if (deleted.ok) this.#loose.delete(key);
    return `its address cannot be set: ${addressed.error.message}`;
  }

  #failed(key: string, name: string, reason: string): void {
    this.#options.log("warn", `${name} cannot be made (sf_range): ${reason}`);
    this.#making.set(key, { phase: "failed", reason });
    this.#later(key, () => this.#making.set(key, { phase: "due" }));
  }

  /** Another try is due after a time that grows with every failure. */
  #later(what: string, due: () => void): void {
    if (this.#isClosed) return;
    const failures = this.#failures.get(what) ?? 0;
    this.#failures.set(what, failures + 1);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        due();
        this.#options.onChange();
      },
      Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures),
    );
    this.#timers.add(timer);
  }

  #ask(request: Request) {
    return this.#options.netlink.request(PROTOCOL.generic, request);
  }
}

function keyOf(port: SwitchPort): string {
  const { role } = port;
  const number = role.kind === "function" && role.function.kind === "sf" ? role.function.number : null;
  return number === null ? port.name : nameOf(number, pfNameOf(port));
}

function nameOf(number: number, pf: PfName): string {
  return `sub-function ${number} of ${nameOfPf(pf)}`;
}

/**
 * Sub-functions on demand. A sub-function with a number in the configured range is ours: vifplugd makes the sub-function when it
 * is wanted and absent, and deletes it at unplug, or after a start when nobody wants it. Others are never touched.
 *
 * Invariant: only {@link make} and {@link remove} change sub-functions; `whyNot` changes nothing.
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
import { nameOfPf } from "./names.ts";
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
  readonly log: (level: "warn" | "info", message: string) => void;
  /** Called when the answer of `whyNot` may have changed. */
  readonly onChange: () => void;
}

type Making =
  | { readonly phase: "making" }
  | { readonly phase: "failed"; readonly reason: string }
  | { readonly phase: "due" };

/** The delay after a failure, in milliseconds: doubled from the first to the last. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

export class SubFunctions {
  readonly #options: SubFunctionsOptions;
  readonly #making = new Map<string, Making>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #removing = new Set<string>();

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

  /** Makes the wanted sub-function, when it is ours and absent. */
  make(wanted: WantedFunction): void {
    const absent = this.#absent(wanted);
    if (absent === null) return;
    const { key, pf, number, name } = absent;
    const making = this.#making.get(key);
    if (making !== undefined && making.phase !== "due") return;
    this.#making.set(key, { phase: "making" });
    void this.#make(pf, number, wanted.hardwareAddress).then((failure) => {
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

  /** Deletes a sub-function of ours. */
  remove(port: SwitchPort): void {
    const { devlink, name } = port;
    if (devlink === null || !this.isOurs(port) || this.#removing.has(name)) return;
    this.#removing.add(name);
    void this.#ask(deletePortRequest(this.#options.family(), devlink)).then((answer) => {
      this.#removing.delete(name);
      if (answer.ok) this.#options.log("info", `sub-function ${name} has been deleted (sf_range)`);
      else
        this.#options.log(
          "warn",
          `sub-function ${name} cannot be deleted (sf_range): ${answer.error.message}`,
        );
    });
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #absent(wanted: WantedFunction): { key: string; name: string; pf: Pf; number: number } | null {
    const { function: which } = wanted;
    if (which.kind !== "sf" || !this.#isInRange(which.number)) return null;
    const pf = this.#options.table.findPf(wanted.pf);
    if (!pf.ok || pf.value.functions.has(`sf ${which.number}`)) return null;
    const name = `sub-function ${which.number} of ${nameOfPf(pf.value)}`;
    return { key: name, name, pf: pf.value, number: which.number };
  }

  #isInRange(number: number): boolean {
    const { range } = this.#options;
    return range !== null && number >= range.first && number <= range.last;
  }

  /** @returns the reason of the failure; null: the sub-function was made */
  async #make(pf: Pf, sf: number, hardwareAddress: string | null): Promise<string | null> {
    const { device, controller, number } = pf;
    const family = this.#options.family();
    const wanted = { device, pf: number, sf, controller: controller === 0 ? null : controller };
    const made = await this.#ask(addSubFunctionRequest(family, wanted));
    if (!made.ok) return made.error.message;
    if (hardwareAddress === null) return null;
    const [port] = made.value.flatMap((message): DevlinkPort[] => {
      const event = parseDevlinkEvent(message);
      return event.ok && event.value?.kind === "present" ? [event.value.port] : [];
    });
    if (port === undefined) return "the kernel does not say which port it is, so it has no address";
    const addressed = await this.#ask(setAddressRequest(family, port, hardwareAddress));
    if (addressed.ok) return null;
    // Without its address the sub-function cannot be used, and a later look would take it for a complete one.
    await this.#ask(deletePortRequest(family, port));
    return `its address cannot be set: ${addressed.error.message}`;
  }

  #failed(key: string, name: string, reason: string): void {
    this.#options.log("warn", `${name} cannot be made (sf_range): ${reason}`);
    this.#making.set(key, { phase: "failed", reason });
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#making.set(key, { phase: "due" });
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

/**
 * Which network devices are so new that they may get another name: udev(7) renames a device after the kernel has shown it,
 * and a port plugged under the first name would be plugged twice. And which devices are still in the datapath under their
 * former name.
 *
 * Where udev runs, a device is settled when udev's database has it and udev is done with it. A new udev writes the database before
 * it renames the device, and says there what it still does; an older udev writes the database afterwards. A device that udev is not
 * done with after {@link UDEV_PATIENCE_MS} counts as settled. Where no udev runs, a device that appears while we run is settled after
 * a quiet period, if one is configured. Nothing wakes when nothing is pending.
 */
import { existsSync, type FSWatcher, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { systemMessageOf } from "../result.ts";

export const UDEV_PATIENCE_MS = 10_000;

/** What udev's database says of a device that udev renames (until it has seen the new name), or has not yet run all rules for. */
const AT_WORK = /^E:ID_(?:RENAMING|PROCESSING)=1$/m;

export interface SettlingOptions {
  /** The folder of `run/udev`. */
  readonly root: string;
  readonly quietMs: number;
  /** A device has settled. */
  readonly onSettled: () => void;
  readonly warn: (message: string) => void;
}

interface Pending {
  readonly reason: string;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Settling {
  readonly #options: SettlingOptions;
  readonly #database: string;
  readonly #pending = new Map<number, Pending>();
  readonly #leaving = new Set<number>();
  #watcher: FSWatcher | null = null;

  constructor(options: SettlingOptions) {
    this.#options = options;
    this.#database = join(options.root, "run/udev/data");
  }

  /** A network device appeared. `fresh`: the device was absent when vifplugd started. */
  appeared(ifindex: number, fresh: boolean): void {
    if (this.#pending.has(ifindex)) return;
    if (existsSync(join(this.#options.root, "run/udev/control"))) this.#awaitUdev(ifindex);
    else if (fresh && this.#options.quietMs > 0) this.#awaitQuiet(ifindex);
  }

  gone(ifindex: number): void {
    this.#end(ifindex);
  }

  /**
   * A renamed device is on its way out of the datapath. Plugged before that, it would meet itself there under its old
   * name, and ovs-vswitchd does not try again.
   */
  leaves(ifindex: number, left: Promise<unknown>): void {
    this.#leaving.add(ifindex);
    const settle = () => {
      this.#leaving.delete(ifindex);
      this.#options.onSettled();
    };
    left.then(settle, settle);
  }

  /** The reason why a device may not be plugged yet; null: the device has settled. */
  pending(ifindex: number): string | null {
    if (this.#leaving.has(ifindex)) return "it has a new name and has to leave the datapath first";
    return this.#pending.get(ifindex)?.reason ?? null;
  }

  close(): void {
    for (const ifindex of [...this.#pending.keys()]) this.#end(ifindex);
  }

  #awaitUdev(ifindex: number): void {
    if (this.#isDone(ifindex)) return;
    const timer = setTimeout(() => {
      this.#options.warn(
        `udev has not dealt with network device ${ifindex} in ${UDEV_PATIENCE_MS / 1000} s: using it as it is`,
      );
      this.#settle(ifindex);
    }, UDEV_PATIENCE_MS);
    this.#pending.set(ifindex, { reason: "udev has not dealt with it yet and may rename it", timer });
    this.#watchDatabase();
    // It may have been written before the watch began.
    if (this.#isDone(ifindex)) this.#end(ifindex);
  }

  #awaitQuiet(ifindex: number): void {
    const { quietMs } = this.#options;
    const timer = setTimeout(() => this.#settle(ifindex), quietMs);
    const reason = `it is new and may be renamed: it is left alone for ${quietMs} ms (quiet_ms)`;
    this.#pending.set(ifindex, { reason, timer });
  }

  #watchDatabase(): void {
    if (this.#watcher !== null) return;
    try {
      const watcher = watch(this.#database, () => this.#lookAgain());
      watcher.on("error", () => this.#lookAgain());
      this.#watcher = watcher;
    } catch (thrown) {
      this.#options.warn(`cannot watch ${this.#database}: ${systemMessageOf(thrown)}`);
    }
  }

  #lookAgain(): void {
    for (const ifindex of [...this.#pending.keys()]) {
      if (this.#isDone(ifindex)) this.#settle(ifindex);
    }
  }

  #isDone(ifindex: number): boolean {
    try {
      return !AT_WORK.test(readFileSync(join(this.#database, `n${ifindex}`), "utf8"));
    } catch {
      // udev has not written it yet.
      return false;
    }
  }

  #settle(ifindex: number): void {
    this.#end(ifindex);
    this.#options.onSettled();
  }

  #end(ifindex: number): void {
    clearTimeout(this.#pending.get(ifindex)?.timer);
    this.#pending.delete(ifindex);
    if (this.#pending.size > 0) return;
    this.#watcher?.close();
    this.#watcher = null;
  }
}

/**
 * Locks (RFC 7047 sections 4.1.8 to 4.1.10): the names that a session wants, and whether it holds each lock. Every new connection
 * asks for the locks again.
 */
import { excerpt, isObject, member } from "../wire/json.ts";
import type { Rpc } from "../wire/rpc.ts";

const ID = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether the session holds one of the locks that it has asked for. */
export interface LockState {
  readonly name: string;
  readonly held: boolean;
}

interface Lock {
  held: boolean;
  /** True: the reply is missing, and notifications belong to an earlier request for the same name. */
  asked: boolean;
  /** `steal` until the server has answered it once; the former holder may then take the lock back. */
  method: "lock" | "steal";
}

export class Locks {
  readonly #onChange: (state: LockState) => void;
  readonly #onFailed: (reason: string) => void;
  readonly #locks = new Map<string, Lock>();
  readonly #taken: Set<string>;
  #rpc: Rpc | null = null;
  #isEnded = false;

  /** @param taken the names that all sessions of the connection want */
  constructor(taken: Set<string>, onChange: (state: LockState) => void, onFailed: (reason: string) => void) {
    this.#taken = taken;
    this.#onChange = onChange;
    this.#onFailed = onFailed;
  }

  held(name: string): boolean {
    return this.#locks.get(name)?.held === true;
  }

  /**
   * Asks for the lock, in its queue (`lock`) or at once from whoever holds it (`steal`).
   * Throws for a name that is not an `<id>` (RFC 7047 section 3.1), and for one that another session of the connection wants.
   * Does nothing after `end`.
   */
  want(name: string, method: "lock" | "steal"): void {
    if (!ID.test(name))
      throw new RangeError(`${excerpt(name)} is not a lock name: expected [A-Za-z_][A-Za-z0-9_]*`);
    if (this.#isEnded) return;
    if (this.#taken.has(name) && !this.#locks.has(name))
      throw new RangeError(`lock ${name} is wanted by another session of the same connection`);
    if (this.#locks.has(name)) {
      if (method === "lock" || this.held(name)) return;
      this.unlock(name);
    }
    this.#taken.add(name);
    this.#locks.set(name, { held: false, asked: false, method });
    this.#ask(name);
  }

  unlock(name: string): void {
    const lock = this.#locks.get(name);
    if (lock === undefined) return;
    this.#rpc?.request("unlock", [name], () => {});
    this.#locks.delete(name);
    this.#taken.delete(name);
    this.#set(name, lock, false);
  }

  /** Gives all locks up for good: from now on none is wanted, whatever listeners ask for. */
  end(): void {
    this.#isEnded = true;
    for (const name of [...this.#locks.keys()]) this.unlock(name);
    this.#rpc = null;
  }

  connected(rpc: Rpc): void {
    this.#rpc = rpc;
    for (const name of this.#locks.keys()) this.#ask(name);
  }

  disconnected(): void {
    this.#rpc = null;
    for (const [name, lock] of this.#locks) {
      lock.asked = false;
      this.#set(name, lock, false);
    }
  }

  /** Takes the notifications `locked` and `stolen`. */
  notification(method: string, params: readonly unknown[]): boolean {
    if (method !== "locked" && method !== "stolen") return false;
    const [name] = params;
    const lock = typeof name === "string" ? this.#locks.get(name) : undefined;
    if (typeof name === "string" && lock !== undefined && !lock.asked)
      this.#set(name, lock, method === "locked");
    return true;
  }

  #ask(name: string): void {
    const lock = this.#locks.get(name);
    if (lock === undefined || this.#rpc === null) return;
    lock.asked = true;
    const { method } = lock;
    this.#rpc.request(method, [name], (reply) => {
      if (!reply.ok || this.#locks.get(name) !== lock) return;
      const { result, error } = reply.value;
      lock.asked = false;
      lock.method = "lock";
      const locked = isObject(result) ? member(result, "locked") : undefined;
      if (error === null && (locked !== undefined || method === "steal")) {
        this.#set(name, lock, locked === true || method === "steal");
      } else {
        this.#onFailed(`${method} ${name} failed: ${excerpt(error ?? result, 400)}`);
      }
    });
  }

  #set(name: string, lock: Lock, held: boolean): void {
    if (lock.held === held) return;
    lock.held = held;
    this.#onChange({ name, held });
  }
}

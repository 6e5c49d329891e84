/**
 * The locks of one server (RFC 7047 sections 4.1.8 to 4.1.10): for each name a queue, whose first owns the lock. Whoever
 * leaves a queue, its first is told (again) that it owns the lock; who had stolen a lock and lost it to another thief waits
 * for it no more, and still has to unlock it before it may ask again.
 */

interface Waiter<Owner> {
  readonly owner: Owner;
  readonly isThief: boolean;
}

export class LockQueues<Owner> {
  readonly #queues = new Map<string, Waiter<Owner>[]>();
  readonly #asked = new Map<Owner, Set<string>>();

  holds(owner: Owner, name: string): boolean {
    return this.#queues.get(name)?.[0]?.owner === owner;
  }

  /** It has asked, and has not unlocked since. */
  hasAsked(owner: Owner, name: string): boolean {
    return this.#asked.get(owner)?.has(name) === true;
  }

  /** Queues up; answers whether the lock is owned by that. */
  lock(owner: Owner, name: string): boolean {
    const queue = this.#ask(owner, name);
    queue.push({ owner, isThief: false });
    return queue.length === 1;
  }

  /** Takes the lock; answers from whom. */
  steal(owner: Owner, name: string): Owner | null {
    const queue = this.#ask(owner, name);
    const [victim] = queue;
    if (victim?.isThief === true) queue.shift();
    queue.unshift({ owner, isThief: true });
    return victim?.owner ?? null;
  }

  /** Leaves the queue; answers who is to be told that it owns the lock. */
  unlock(owner: Owner, name: string): Owner | null {
    this.#asked.get(owner)?.delete(name);
    const queue = this.#queues.get(name) ?? [];
    const at = queue.findIndex((waiter) => waiter.owner === owner);
    if (at === -1) return null;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(name);
    return queue[0]?.owner ?? null;
  }

  /** What it has asked for. */
  asked(owner: Owner): readonly string[] {
    return [...(this.#asked.get(owner) ?? [])];
  }

  #ask(owner: Owner, name: string): Waiter<Owner>[] {
    const asked = this.#asked.get(owner) ?? new Set();
    this.#asked.set(owner, asked);
    asked.add(name);
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return queue;
  }
}

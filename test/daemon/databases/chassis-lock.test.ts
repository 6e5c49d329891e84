// The lock of the chassis: the lock that is wanted is asked for once, and the one before it is given up.
import { expect, test } from "bun:test";
import { takeLock, takeNoLock } from "../../../src/daemon/databases/chassis-lock.ts";

/** A session whose server gives every lock when the test says so, and what was asked of it. */
function session() {
  const asked: string[] = [];
  const held = new Set<string>();
  return {
    asked,
    held,
    lock: (name: string) => asked.push(`lock ${name}`),
    unlock: (name: string) => {
      asked.push(`unlock ${name}`);
      held.delete(name);
    },
    holds: (name: string) => held.has(name),
  };
}

test("nothing is asked for before a lock is wanted", () => {
  const { asked, ...locking } = session();
  expect(takeLock(locking).state).toEqual({ kind: "none" });
  expect(asked).toEqual([]);
});

test("the lock that is wanted is asked for once, and is not held before the server gives it", () => {
  const locking = session();
  const lock = takeLock(locking);
  lock.want("a");
  lock.want("a");
  expect(locking.asked).toEqual(["lock a"]);
  expect(lock.state).toEqual({ kind: "asked", name: "a", held: false });
  locking.held.add("a");
  expect(lock.state).toEqual({ kind: "asked", name: "a", held: true });
});

test("the lock before is given up for another one, and for none", () => {
  const locking = session();
  const lock = takeLock(locking);
  lock.want("a");
  lock.want("b");
  expect(locking.asked).toEqual(["lock a", "unlock a", "lock b"]);
  lock.want(null);
  lock.want(null);
  expect(locking.asked).toEqual(["lock a", "unlock a", "lock b", "unlock b"]);
  expect(lock.state).toEqual({ kind: "none" });
  lock.want("b");
  expect(locking.asked.at(-1)).toBe("lock b");
});

test("whoever writes nothing needs no lock, whatever is wanted", () => {
  const lock = takeNoLock();
  lock.want("a");
  expect(lock.state).toEqual({ kind: "not-needed" });
});

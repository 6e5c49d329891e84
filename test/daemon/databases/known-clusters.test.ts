// Which Southbounds are no strangers (rule U6).
import { expect, test } from "bun:test";
import type { SessionState } from "ovsdb-jsonrpc";
import { KnownClusters } from "../../../src/daemon/databases/known-clusters.ts";
import { uuid } from "../../support/rows.ts";

const synced = (cid: number | null): SessionState => ({
  kind: "synced",
  remote: "unix:x",
  leader: null,
  cid: cid === null ? null : uuid(cid),
});

test.each([1, null])("the one of the start (%p) is known", (cid) => {
  expect(new KnownClusters().strangerAt(synced(cid))).toBeNull();
});

test.each([
  [1, 2],
  [1, null],
  [null, 1],
])("after %p, %p is a stranger until it is accepted", (before, now) => {
  const known = new KnownClusters();
  known.strangerAt(synced(before));
  const stranger = known.strangerAt(synced(now));
  expect(stranger).toEqual({
    before: before === null ? null : uuid(before),
    now: now === null ? null : uuid(now),
  });
  expect(known.strangerAt({ kind: "connecting", remote: "unix:x" })).toBe(stranger);
  expect(known.strangerAt(synced(now))).toBe(stranger);
  known.accept(synced(now));
  expect(known.strangerAt(synced(now))).toBeNull();
});

test("the one before is known when it is back, and so is one that was accepted", () => {
  const known = new KnownClusters();
  known.strangerAt(synced(1));
  known.strangerAt(synced(2));
  expect(known.strangerAt(synced(1))).toBeNull();
  known.accept(synced(2));
  expect(known.strangerAt(synced(2))).toBeNull();
  expect(known.strangerAt(synced(1))).toBeNull();
  expect(known.strangerAt(synced(3))).toEqual({ before: uuid(2), now: uuid(3) });
});

test("whoever is accepted again and again, or while nobody is connected, takes nobody's place", () => {
  const known = new KnownClusters();
  for (const cid of [1, 2]) {
    known.strangerAt(synced(cid));
    for (let time = 0; time < 100; time++) known.accept(synced(cid));
  }
  known.accept({ kind: "connecting", remote: "unix:x" });
  expect(known.strangerAt(synced(1))).toBeNull();
  expect(known.strangerAt(synced(3))).toEqual({ before: uuid(2), now: uuid(3) });
});

test("however many there have been, few are remembered, and the last of them for sure", () => {
  const known = new KnownClusters();
  for (let cid = 0; cid < 1000; cid++) {
    known.strangerAt(synced(cid));
    known.accept(synced(cid));
  }
  expect(known.strangerAt(synced(999))).toBeNull();
  expect(known.strangerAt(synced(0))).not.toBeNull();
});

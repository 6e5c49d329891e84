// Which ports are shown first.
import { expect, test } from "bun:test";
import { PORT_STATES } from "../../src/plug/lport-status.ts";
import { byTrouble, isInTrouble, STATES_BY_TROUBLE } from "../../src/view/trouble.ts";

const port = (lport: string, state: (typeof PORT_STATES)[number], reason: string | null = null) => {
  return { lport, type: "dummy", state, interface: null, reason };
};

test("every state has its place in the order, once", () => {
  expect([...STATES_BY_TROUBLE].sort()).toEqual([...PORT_STATES].sort());
});

test("trouble comes first, then plugged ports with a reason, then names", () => {
  const ports = [
    port("b", "plugged"),
    port("a", "plugged"),
    port("z", "plugged", "no"),
    port("y", "conflict"),
  ];
  expect(ports.sort(byTrouble).map(({ lport }) => lport)).toEqual(["y", "z", "a", "b"]);
});

test("a port that is on its way or in place is in no trouble, and one with a reason is", () => {
  expect(PORT_STATES.filter((state) => !isInTrouble(port("p", state)))).toEqual(["plugged", "pending"]);
  expect(isInTrouble(port("p", "plugged", "ovn-controller has not bound it"))).toBe(true);
});

test("what keeps every port of the chassis from being decided is no trouble of one that is plugged", () => {
  const why = "another vifplugd holds the lock";
  expect(isInTrouble(port("p", "plugged", why), why)).toBe(false);
  expect(isInTrouble(port("p", "plugged", "it is down"), why)).toBe(true);
  expect(isInTrouble(port("p", "waiting", why), why)).toBe(true);
});

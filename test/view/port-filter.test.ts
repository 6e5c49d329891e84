// Which of the ports are told.
import { expect, test } from "bun:test";
import { PORT_STATES, type PortState } from "../../src/plug/lport-status.ts";
import { EVERY_PORT, matching, paged, parseStates, STATE_WORDS } from "../../src/view/port-filter.ts";
import { isInTrouble } from "../../src/view/trouble.ts";

const port = (lport: string, state: PortState, reason: string | null = null) => {
  return { lport, type: "dummy", state, interface: null, reason };
};
const ports = [...PORT_STATES.map((state) => port(`a-${state}`, state)), port("b", "plugged", "not bound")];
const names = (of: readonly { readonly lport: string }[]) => of.map(({ lport }) => lport);

test("without a filter every port", () => {
  expect(matching(ports, EVERY_PORT)).toEqual(ports);
});

test.each([...PORT_STATES])("%s lets ports in that state through, and no other", (state) => {
  const states = parseStates(state);
  if (!states.ok) throw new Error(states.error);
  const left = matching(ports, { ...EVERY_PORT, states: states.value });
  expect(left).toEqual(ports.filter((each) => each.state === state));
});

test("trouble lets those through that are in trouble, whatever their state", () => {
  const left = matching(ports, { ...EVERY_PORT, states: ["trouble"] });
  expect(left).toEqual(ports.filter((each) => isInTrouble(each)));
  expect(names(left)).toContain("b");
});

test("several states, and a name too", () => {
  const states = parseStates("held,error");
  expect(states).toEqual({ ok: true, value: ["held", "error"] });
  expect(names(matching(ports, { ...EVERY_PORT, states: ["held", "error"], lport: "*eld" }))).toEqual([
    "a-held",
  ]);
});

test("an unknown state is refused with those that there are", () => {
  const parsed = parseStates("plugged,eror");
  expect(parsed).toEqual({
    ok: false,
    error: `unknown state "eror"; expected ${STATE_WORDS.join(", ")}`,
  });
});

test("a page is a part of the ports, trouble first", () => {
  const page = (from: number, count: number) => names(paged(ports, { ...EVERY_PORT, page: { from, count } }));
  expect(page(0, 2)).toEqual(["a-error", "a-conflict"]);
  expect(page(ports.length - 2, 5)).toEqual(["b", "a-plugged"]);
  expect(page(99, 5)).toEqual([]);
});

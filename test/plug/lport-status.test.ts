// What every status has: the names of the states, which interface it is about, and when a port has come to rest.
import { describe, expect, test } from "bun:test";
import type { Change } from "../../src/plug/change.ts";
import { isSettled, nameOfChange, PORT_STATES, status } from "../../src/plug/lport-status.ts";
import { pluggedRow, portRow } from "../support/rows.ts";
import { bridge, changeOf, circumstances, observed } from "./support/situation.ts";

const create = changeOf({});
if (create.kind !== "create") throw new Error("the port is to be plugged");
const row = pluggedRow("lsp1", { name: "eth9" });
const update: Change = { kind: "update", desired: create.desired, interface: row, edit: {} };
const remove: Change = {
  ...{ kind: "remove", lport: "lsp1", plugType: "dummy", bridge },
  interface: row,
  port: portRow(),
};
const replug: Change = { kind: "replug", leaves: row, remove, take: create };

test("a port is in one of nine states", () => {
  expect([...PORT_STATES]).toEqual([
    ...(["plugged", "waiting", "pending", "foreign", "conflict"] as const),
    ...(["incompatible", "no-provider", "error", "held"] as const),
  ]);
});

test("a port has come to rest when it is plugged, or has an error that no second try would end", () => {
  const settled = PORT_STATES.flatMap((state) =>
    [true, false]
      .filter((retry) => isSettled({ ...status(circumstances({}), state, null, { retry }) }))
      .map((retry) => [state, retry]),
  );
  expect(settled).toEqual([
    ["plugged", true],
    ["plugged", false],
    ["error", false],
  ]);
});

test("the interface of a change is the one that is there afterwards", () => {
  expect([create, update, replug, remove, undefined].map(nameOfChange)).toEqual([
    ...["lsp1", "eth9", "lsp1"],
    ...[null, null],
  ]);
});

describe("a status", () => {
  test("is about the interface that is said, else the one in place, else the one of its change", () => {
    const plugged = circumstances({ owned: observed({ name: "eth1" }) });
    const nothing = circumstances({});
    expect(status(plugged, "conflict", null, { interface: "eth0", change: update }).interface).toBe("eth0");
    expect(status(plugged, "pending", null, { interface: null, change: update }).interface).toBe("eth1");
    expect(status(nothing, "pending", null, { change: update }).interface).toBe("eth9");
    expect(status(nothing, "pending", null, {}).interface).toBeNull();
  });

  test("has setbacks, and by whom the port is bound, where there is something to tell", () => {
    const plain = status(circumstances({}), "error", "no", {});
    const of = (rest: Parameters<typeof status>[3]) => status(circumstances({}), "error", "no", rest);
    expect(of({ setbacks: 2 })).toStrictEqual({ ...plain, setbacks: 2 });
    expect(of({ unbound: { by: null } })).toStrictEqual({ ...plain, unbound: { by: null } });
    expect(plain).toStrictEqual({
      ...{ lport: "lsp1", plugType: "dummy", state: "error", interface: null, reason: "no" },
      ...{ change: null, retry: false, tries: 0 },
    });
  });
});

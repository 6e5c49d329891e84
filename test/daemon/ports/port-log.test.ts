// What people are told of each logical port: each state once, and each write.
import { describe, expect, test } from "bun:test";
import { stateLog } from "../../../src/daemon/databases/session-log.ts";
import { PortLog } from "../../../src/daemon/ports/port-log.ts";
import { Log } from "../../../src/log/log.ts";
import { NOT_RESOLVED } from "../../../src/plug/conditions/wanted.ts";
import { NOT_ANSWERED } from "../../../src/plug/in-place-status.ts";
import { NOT_ALL_TOLD, NOT_ANSWERED_YET, NOT_IN_VIEW } from "../../../src/plug/intent.ts";
import type { LportStatus, PortState } from "../../../src/plug/lport-status.ts";
import { BRIDGE, map, pluggedRow, portRow } from "../../support/rows.ts";
import { createWork } from "../../support/works.ts";

function observed() {
  const lines: string[] = [];
  const log = new Log({
    level: "debug",
    format: "text",
    now: () => 0,
    write: (line) => lines.push(line.trim().slice("1970-01-01T00:00:00.000Z ".length)),
  });
  return { logger: log.module("plug"), lines };
}

function portLog(isHeldUp?: () => boolean) {
  const { logger, lines } = observed();
  return { portLog: new PortLog(logger, isHeldUp), lines };
}

function status(state: PortState, reason: string | null = null): LportStatus {
  return {
    lport: "lsp1",
    plugType: "dummy",
    state,
    interface: null,
    reason,
    change: null,
    retry: false,
    setbacks: 0,
    tries: 0,
  };
}

describe("a state", () => {
  test("is told once", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("waiting", "no link"));
    one.tell("lsp1", status("waiting", "no link"));
    one.tell("lsp1", status("waiting", "no carrier"));
    expect(lines).toEqual(["info plug: lsp1: waiting: no link", "info plug: lsp1: waiting: no carrier"]);
  });

  test.each(["foreign", "conflict", "incompatible", "no-provider", "error"] as const)(
    "%s needs somebody, so it is a warning",
    (state) => {
      const { portLog: one, lines } = portLog();
      one.tell("lsp1", status(state, "why"));
      expect(lines).toEqual([`warn plug: lsp1: ${state}: why`]);
    },
  );

  test("pending is not told: what it leads to is", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("pending", "sent"));
    expect(lines).toEqual([]);
  });

  test("plugged is news only after something else", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("plugged"));
    one.tell("lsp1", status("waiting", "no link"));
    one.tell("lsp1", status("plugged"));
    expect(lines).toEqual([
      "debug plug: lsp1: plugged",
      "info plug: lsp1: waiting: no link",
      "info plug: lsp1: plugged",
    ]);
  });

  test.each([NOT_ANSWERED, NOT_ANSWERED_YET, NOT_IN_VIEW, NOT_ALL_TOLD])(
    "is not news for the reason %p, which passes by itself",
    (reason) => {
      const { portLog: one, lines } = portLog();
      one.tell("lsp1", status("plugged", reason));
      one.tell("lsp1", status("plugged"));
      expect(lines).toEqual(["debug plug: lsp1: plugged"]);
    },
  );

  test.each([
    ["of a database", status("plugged", NOT_ANSWERED)],
    ["of ovn-controller", { ...status("plugged", "it has not bound it"), unbound: { by: null } }],
  ])("with its reason is no news after a wait that passes by itself: %s", (_, passing) => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("plugged", "no MTU is requested"));
    one.tell("lsp1", passing);
    one.tell("lsp1", status("plugged", "no MTU is requested"));
    expect(lines).toEqual(["info plug: lsp1: plugged: no MTU is requested"]);
  });

  test("is not news for what ovn-controller has not done yet", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", { ...status("plugged", "it has not bound it"), unbound: { by: null } });
    expect(lines).toEqual(["debug plug: lsp1: plugged"]);
  });

  test("is not news for what ovn-northd is about to do", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("plugged", NOT_RESOLVED));
    expect(lines).toEqual(["debug plug: lsp1: plugged"]);
  });

  test("plugged for no reason any more is for debugging alone", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("plugged", "it may still be bound here"));
    one.tell("lsp1", status("plugged"));
    expect(lines).toEqual([
      "info plug: lsp1: plugged: it may still be bound here",
      "debug plug: lsp1: plugged",
    ]);
  });

  test("that was trouble is over for people, also while and after every port was held up", () => {
    let isHeldUp = true;
    const { portLog: one, lines } = portLog(() => isHeldUp);
    for (const lport of ["lsp1", "lsp2"]) one.tell(lport, status("waiting", "no link"));
    one.tell("lsp1", status("plugged"));
    expect(lines.at(-1)).toBe("info plug: lsp1: plugged");
    one.tell("lsp2", status("plugged", "the Southbound has no Chassis row"));
    isHeldUp = false;
    one.tell("lsp2", status("plugged"));
    expect(lines.at(-1)).toBe("info plug: lsp2: plugged");
  });

  test("held is told for all ports at once, elsewhere", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("held", "why"));
    expect(lines).toEqual(["debug plug: lsp1: held: why"]);
  });

  test("is no news of a plugged port while every port is held up, nor when that is over", () => {
    let isHeldUp = true;
    const { portLog: one, lines } = portLog(() => isHeldUp);
    one.tell("lsp1", status("plugged", "the Southbound has no Chassis row"));
    one.tell("lsp2", status("foreign", "why"));
    expect(lines).toEqual([
      "debug plug: lsp1: plugged: the Southbound has no Chassis row",
      "warn plug: lsp2: foreign: why",
    ]);
    isHeldUp = false;
    one.tell("lsp1", status("plugged"));
    expect(lines).toHaveLength(2);
    one.tell("lsp1", status("plugged", "it may still be bound here"));
    expect(lines.slice(2)).toEqual(["info plug: lsp1: plugged: it may still be bound here"]);
  });

  test("of a port that is forgotten is told again when it comes back", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("foreign", "why"));
    one.tell("lsp1", undefined);
    one.tell("lsp1", status("foreign", "why"));
    expect(lines.length).toBe(2);
  });
});

describe("a write", () => {
  const row = pluggedRow("lsp1", { external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "dummy" }) });
  const create = createWork("lsp1");
  const remove = {
    kind: "remove",
    lport: "lsp1",
    plugType: "dummy",
    bridge: { uuid: BRIDGE, name: "br-int" },
    interface: row,
    port: portRow(),
  } as const;

  test("is told when it is committed, with the reason where there is one", () => {
    const { portLog: one, lines } = portLog();
    if (create.change.kind !== "create") throw new Error("not a create");
    const { desired } = create.change;
    one.conclude({ kind: "committed", work: create });
    const some = { set: new Map([["key", "value"]]), remove: [] };
    const edit = { mtuRequest: 1400, type: "", externalIds: some, otherConfig: some };
    one.conclude({
      kind: "committed",
      work: { ...create, change: { kind: "update", desired, interface: row, edit } },
    });
    one.conclude({ kind: "committed", work: { ...create, change: remove, reason: "it is gone" } });
    const renamed = {
      ...create.change,
      desired: { ...desired, wanted: { ...desired.wanted, name: "eth7" } },
    };
    one.conclude({
      kind: "committed",
      work: { ...create, change: { kind: "replug", leaves: remove.interface, remove, take: renamed } },
    });
    expect(lines).toEqual([
      "info plug: lsp1: plugged interface lsp1 (dummy)",
      "info plug: lsp1: updated interface lsp1 (type, mtu_request, external_ids, other_config)",
      "info plug: lsp1: unplugged interface lsp1: it is gone",
      "info plug: lsp1: replugged: interface lsp1 is now eth7",
    ]);
  });

  test("of an interface that was there says that it was adopted", () => {
    const { portLog: one, lines } = portLog();
    if (create.change.kind !== "create") throw new Error("not a create");
    const { desired } = create.change;
    const edit = { type: "internal" };
    const change = {
      kind: "update",
      desired,
      interface: row,
      edit,
      adoption: { from: "lsp0", leaving: null },
    } as const;
    one.conclude({ kind: "committed", work: { ...create, change } });
    expect(lines).toEqual(["info plug: lsp1: adopted interface lsp1"]);
  });

  test("of an unplug leaves nothing to be remembered of the port", () => {
    const { portLog: one, lines } = portLog();
    one.conclude({ kind: "committed", work: { ...create, change: remove } });
    one.tell("lsp1", status("plugged"));
    expect(lines.slice(1)).toEqual(["debug plug: lsp1: plugged"]);
  });

  test("tells that the port is plugged, which is then no news", () => {
    const { portLog: one, lines } = portLog();
    one.tell("lsp1", status("waiting", "no link"));
    one.conclude({ kind: "committed", work: create });
    one.tell("lsp1", status("plugged"));
    expect(lines).toEqual([
      "info plug: lsp1: waiting: no link",
      "info plug: lsp1: plugged interface lsp1 (dummy)",
    ]);
  });

  test("that failed is a warning with the server's words", () => {
    const { portLog: one, lines } = portLog();
    one.conclude({ kind: "refused", work: create, error: "constraint violation: no" });
    one.conclude({ kind: "lost", work: create, error: "disconnected" });
    expect(lines).toEqual([
      "warn plug: lsp1: not written: constraint violation: no",
      "warn plug: lsp1: not written: disconnected",
    ]);
  });
});

test("changes that are lost with the connection, of however many ports, are a few lines", () => {
  const { portLog: one, lines } = portLog();
  for (let index = 0; index < 100; index++) {
    one.conclude({ kind: "lost", work: createWork(`lsp${index}`), error: "disconnected" });
  }
  expect(lines).toHaveLength(5);
});

test("changes that are refused are each told of by its port, also those of many ports for one reason", () => {
  const { portLog: one, lines } = portLog();
  for (let index = 0; index < 20; index++) {
    one.conclude({ kind: "refused", work: createWork(`lsp${index}`), error: "constraint violation" });
  }
  expect(lines).toHaveLength(20);
});

test("a database session tells when it is in sync, when it is lost, and when it tries again", () => {
  const { logger, lines } = observed();
  const log = stateLog(logger, "DB");
  log({ kind: "connecting", remote: "unix:x" });
  log({ kind: "connected", remote: "unix:x", leader: null, cid: null });
  log({ kind: "synced", remote: "unix:x", leader: null, cid: null });
  const error = { code: "disconnected", message: "closed by the server" } as const;
  log({ kind: "disconnected", error, retryInMs: 1234 });
  log({ kind: "closed" });
  expect(lines).toEqual([
    "debug plug: DB: connecting unix:x",
    "debug plug: DB: connected unix:x",
    "info plug: DB: in sync with unix:x",
    "warn plug: DB: not connected: closed by the server; next try in 1.2 s",
    "debug plug: DB: closed",
  ]);
});

test("a database session that leaves a remote because it is to does not warn of that", () => {
  const { logger, lines } = observed();
  const log = stateLog(logger, "DB");
  const error = { code: "not configured", message: "unix:x: the remote is not configured any more" } as const;
  log({ kind: "disconnected", error, retryInMs: 0 });
  expect(lines).toEqual(["debug plug: DB: unix:x: the remote is not configured any more"]);
});

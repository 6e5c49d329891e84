// What last happened to each logical port.
import { describe, expect, test } from "bun:test";
import { PortHistory } from "../../../src/daemon/ports/port-history.ts";
import type { Cause } from "../../../src/graph/index.ts";
import type { LportStatus, PortState } from "../../../src/plug/lport-status.ts";

function status(state: PortState, reason: string | null = null): LportStatus {
  return {
    lport: "lsp1",
    plugType: "dummy",
    state,
    interface: null,
    reason,
    change: null,
    retry: false,
    tries: 0,
    setbacks: 0,
  };
}

function cause(seq: number): Cause {
  return { seq, time: 1000 * seq, source: "port_binding", label: "update", key: "lsp1" };
}

function history() {
  const clock = { now: 500 };
  return { history: new PortHistory(() => clock.now), clock };
}

describe("the last change of a status", () => {
  test("is the one that changed state, reason or interface", () => {
    const { history: one } = history();
    one.decided("lsp1", status("waiting", "no link"), cause(1));
    one.decided("lsp1", status("waiting", "no link"), cause(2));
    expect(one.lastChange("lsp1")).toMatchObject({ cause: cause(1), time: 1000 });
    one.decided("lsp1", status("waiting", "no carrier"), cause(3));
    expect(one.lastChange("lsp1")).toMatchObject({ cause: cause(3), time: 3000 });
    one.decided("lsp1", { ...status("waiting", "no carrier"), interface: "eth0" }, cause(4));
    expect(one.lastChange("lsp1")).toMatchObject({ cause: cause(4), time: 4000 });
  });

  test("has the time of now where it has no cause of its own", () => {
    const { history: one } = history();
    one.decided("lsp1", status("plugged"), null);
    expect(one.lastChange("lsp1")).toMatchObject({ cause: null, time: 500 });
  });
});

describe("the last error", () => {
  test("is what the database last refused, also after the port has changed", () => {
    const { history: one, clock } = history();
    one.refused("lsp1", "constraint violation");
    clock.now = 900;
    one.refused("lsp1", "timed out");
    one.decided("lsp1", status("plugged"), cause(1));
    expect(one.lastError("lsp1")).toEqual({ error: "timed out", time: 900 });
  });
});

test("nothing is remembered of a port that is gone, nor of one that never was", () => {
  const { history: one } = history();
  one.refused("lsp1", "timed out");
  one.decided("lsp1", status("plugged"), cause(1));
  one.decided("lsp1", undefined, cause(2));
  for (const lport of ["lsp1", "never"]) {
    expect([one.lastChange(lport), one.lastError(lport)]).toEqual([null, null]);
  }
});

// When it is certain that a port which is asked for by its name is not there.
import { describe, expect, test } from "bun:test";
import { type Monitoring, NamedPorts } from "../../../src/daemon/databases/named-ports.ts";
import { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import { settle } from "../../support/plug-daemon.ts";

/** The server has agreed to the names at once; its replies are given by the test, oldest first. */
function askedFor(...lports: readonly string[]) {
  const told: boolean[] = [];
  const replies: (() => void)[] = [];
  const addMonitor: Monitoring["addMonitor"] = ({ where }) => {
    const clauses = where.Port_Binding;
    return {
      acknowledged: () => clauses,
      requested: () => clauses,
      drop: () => {},
      setCondition: () => {},
      onConditionRequested: () => () => {},
      onCondition: () => () => {},
      onConditionRefused: () => () => {},
    };
  };
  const named = new NamedPorts(
    { addMonitor },
    () => told.push(named.isInDoubt),
    () => {},
  );
  named.ask(MonitorScope.of({ name: "hv1", record: null }, new Set(lports)));
  const ask = () => new Promise<void>((reply) => replies.push(reply));
  return { named, told, replies, ask };
}

describe("what is asked for by name", () => {
  test("is in doubt from a message of another monitor until the server's next reply", async () => {
    const { named, told, replies, ask } = askedFor("lsp1");
    expect([named.isInDoubt, [...named.complete]]).toEqual([false, ["lsp1"]]);
    named.doubt(false, ask);
    expect([named.isInDoubt, [...named.complete]]).toEqual([true, ["lsp1"]]);
    replies.shift()?.();
    await settle();
    expect([named.isInDoubt, told.at(-1)]).toEqual([false, false]);
  });

  test("is not known at all until then, when what was missing has come", async () => {
    const { named, replies, ask } = askedFor("lsp1");
    named.doubt(true, ask);
    named.doubt(false, ask);
    expect([...named.complete]).toEqual([]);
    while (replies.length > 0) {
      replies.shift()?.();
      await settle();
    }
    expect([...named.complete]).toEqual(["lsp1"]);
  });

  test("is asked about once more, and not each time, when more messages come before the reply", async () => {
    const { named, replies, ask } = askedFor("lsp1");
    for (let messages = 0; messages < 5; messages++) named.doubt(false, ask);
    expect(replies.length).toBe(1);
    replies.shift()?.();
    await settle();
    expect([named.isInDoubt, replies.length]).toEqual([true, 1]);
    replies.shift()?.();
    await settle();
    expect([named.isInDoubt, replies.length]).toEqual([false, 0]);
  });

  test("is never in doubt where nothing is asked for by name", () => {
    const { named, replies, ask } = askedFor();
    named.doubt(false, ask);
    expect([named.isInDoubt, replies.length]).toEqual([false, 0]);
  });
});

// When it is certain that a port which is asked for by its name is not there.
import { describe, expect, test } from "bun:test";
import { type Monitoring, NamedPorts } from "../../../src/daemon/databases/named-ports.ts";
import { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import { tables } from "../../../src/plug/tables.ts";
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

  test("may be in doubt again later, and is asked about then", async () => {
    const { named, replies, ask } = askedFor("lsp1");
    for (let time = 0; time < 2; time++) {
      named.doubt(false, ask);
      expect(replies).toHaveLength(1);
      replies.shift()?.();
      await settle();
      expect(named.isInDoubt).toBe(false);
    }
  });

  test("is never in doubt where nothing is asked for by name", () => {
    const { named, replies, ask } = askedFor();
    named.doubt(false, ask);
    expect([named.isInDoubt, replies.length]).toEqual([false, 0]);
  });
});

/** The server agrees to what is asked for when the test says so. */
function negotiating() {
  const opened: Parameters<Monitoring["addMonitor"]>[0][] = [];
  const listeners = { granted: [() => {}], asked: [() => {}] };
  let refuse: (refusal: { readonly code: string; readonly details: string }) => void = () => {};
  const server = { now: null as object | null, next: null as object | null, dropped: 0 };
  let told = 0;
  const refused: string[] = [];
  const addMonitor: Monitoring["addMonitor"] = (options) => {
    opened.push(options);
    server.now = null;
    server.next = options.where.Port_Binding;
    return {
      acknowledged: () => server.now,
      requested: () => server.next,
      drop: () => server.dropped++,
      setCondition: (_, clauses) => {
        server.next = clauses;
        for (const listener of listeners.asked) listener();
      },
      onConditionRequested: (listener) => listeners.asked.push(listener),
      onCondition: (listener) => listeners.granted.push(listener),
      onConditionRefused: (listener) => {
        refuse = listener;
      },
    };
  };
  const named = new NamedPorts(
    { addMonitor },
    () => told++,
    (code, details) => refused.push(`${code}: ${details}`),
  );
  return {
    named,
    opened,
    server,
    refused,
    ask: (...lports: readonly string[]) =>
      named.ask(MonitorScope.of({ name: "hv1", record: null }, new Set(lports))),
    grant() {
      server.now = server.next;
      server.next = null;
      for (const listener of listeners.granted) listener();
    },
    refuse: () => refuse({ code: "syntax error", details: "no" }),
    complete: () => [...named.complete],
    /** How often something was told since this was last asked. */
    told() {
      const since = told;
      told = 0;
      return since;
    },
  };
}

describe("names", () => {
  test("are asked for in a monitor of their own, and known when the server has agreed", () => {
    const { ask, grant, opened, complete, told } = negotiating();
    ask("a", "b");
    expect(opened).toEqual([
      {
        monitor: { Port_Binding: tables.portBinding.columns },
        where: {
          Port_Binding: [
            ["logical_port", "==", "a"],
            ["logical_port", "==", "b"],
          ],
        },
      },
    ]);
    expect([complete(), told()]).toEqual([[], 0]);
    grant();
    expect([complete(), told()]).toEqual([["a", "b"], 1]);
  });

  test("that are others are asked for in the same monitor; meanwhile those are known that are in both", () => {
    const { named, ask, grant, opened, complete, told } = negotiating();
    ask("a", "b");
    grant();
    told();
    ask("b", "c");
    expect([opened.length, complete(), told()]).toEqual([1, ["b"], 1]);
    expect(named.complete).toBe(named.complete);
    grant();
    expect(complete()).toEqual(["b", "c"]);
    expect(named.complete).toBe(named.complete);
    ask("d");
    expect(complete()).toEqual([]);
  });

  test("that nobody asks for any more cost no monitor, and are asked for in another one later", () => {
    const { ask, grant, opened, server, complete, told } = negotiating();
    ask("a");
    grant();
    told();
    ask();
    expect([server.dropped, complete(), told()]).toEqual([1, [], 1]);
    ask();
    expect(server.dropped).toBe(1);
    ask("a");
    expect([opened.length, complete()]).toEqual([2, []]);
    grant();
    expect(complete()).toEqual(["a"]);
  });

  test("that the server refuses are told of", () => {
    const { ask, refuse, refused, told, complete } = negotiating();
    ask("a");
    refuse();
    expect([refused, told(), complete()]).toEqual([["syntax error: no"], 1, []]);
  });

  test("that the server refuses are said to be refused until the server grants others, or none is asked for", () => {
    const { named, ask, refuse, grant, server } = negotiating();
    const no = expect.stringContaining("by their names (syntax error: no)");
    ask("a");
    refuse();
    expect(named.refusal.words).toEqual(no);
    // What the session asks for in the place of what was refused.
    server.next = [false];
    grant();
    expect(named.refusal.words).toEqual(no);
    ask("b");
    grant();
    expect(named.refusal.words).toBeNull();
    refuse();
    ask();
    expect(named.refusal.words).toBeNull();
  });
});

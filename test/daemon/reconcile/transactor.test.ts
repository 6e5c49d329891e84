// One bad port never holds up another: rules T1 and T3.
import { describe, expect, test } from "bun:test";
import type { Operation, TransactError } from "ovsdb-jsonrpc";
import { type Outcome, Transactor } from "../../../src/daemon/reconcile/transactor.ts";
import { lportOfChange } from "../../../src/plug/change.ts";
import { chooseSeed, random } from "../../support/random.ts";
import { createWork, transactError } from "../../support/works.ts";

type Judge = (operations: readonly Operation[]) => TransactError | null;

/** Sends creations of these logical ports, some of which move together, to a database that judges each transaction. */
async function submit(
  lports: readonly string[],
  judge: Judge,
  together: readonly string[] = [],
  stale: readonly string[] = [],
  isOurs = true,
  decided: (outcomes: readonly Outcome[]) => Promise<void> = async () => {},
) {
  const transactions: (readonly Operation[])[] = [];
  const outcomes: Outcome[] = [];
  const transactor = new Transactor({
    async transact(operations) {
      transactions.push(operations);
      const error = judge(operations);
      return error === null ? { ok: true } : { ok: false, error };
    },
    timer: () => () => {},
    late: () => {},
    decided: () => decided(outcomes),
    isOurs: () => isOurs,
    lapsedGround: (change) =>
      stale.includes(lportOfChange(change)) ? { rules: "U1, U2", lapse: "it is not due to go" } : null,
    report: (some) => {
      expect(some).not.toBeEmpty();
      outcomes.push(...some);
    },
  });
  await transactor.submit(
    lports.map((lport) => {
      const work = createWork(lport);
      return together.includes(lport) ? { ...work, change: { ...work.change, together } } : work;
    }),
    "vifplugd_hv1",
  );
  return { transactions, outcomes, summary: summaryOf(outcomes) };
}

function summaryOf(outcomes: readonly Outcome[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    outcomes.map((outcome) => {
      const words = outcome.kind === "committed" ? "" : ` ${outcome.error}`;
      return [lportOfChange(outcome.work.change), `${outcome.kind}${words}`];
    }),
  );
}

/** Where the transaction inserts an interface of this name. */
function insertOf(operations: readonly Operation[], name: string): number {
  return operations.findIndex(({ op, ...rest }) => {
    return (
      op === "insert" &&
      "table" in rest &&
      rest.table === "Interface" &&
      "row" in rest &&
      rest.row.name === name
    );
  });
}

test("changes that are ready together go in one transaction", async () => {
  const { transactions, summary } = await submit(["a", "b", "c"], () => null);
  expect(transactions.length).toBe(1);
  expect(summary).toEqual({ a: "committed", b: "committed", c: "committed" });
});

describe("ports whose interfaces change hands", () => {
  const isThere = (operations: readonly Operation[], ...names: readonly string[]) =>
    names.every((name) => insertOf(operations, name) >= 0);

  test.each([
    ["by the operation that failed", (operations: readonly Operation[]) => insertOf(operations, "m2")],
    ["by halving", () => null],
  ])("are found %s, and refused as one", async (_, culprit) => {
    const { transactions, summary } = await submit(
      ["a", "m1", "m2", "m3", "z"],
      (operations) =>
        insertOf(operations, "m2") < 0
          ? null
          : transactError("constraint violation", { operation: culprit(operations) }),
      ["m1", "m2", "m3"],
    );
    const refused = "refused constraint violation";
    expect(summary).toEqual({ a: "committed", m1: refused, m2: refused, m3: refused, z: "committed" });
    for (const operations of transactions) {
      const some = ["m1", "m2", "m3"].some((name) => isThere(operations, name));
      expect(some).toBe(isThere(operations, "m1", "m2", "m3"));
    }
  });
});

describe("a bad port", () => {
  test("alone is refused with the server's own words", async () => {
    const { summary } = await submit(["a"], () =>
      transactError("constraint violation", { details: "bad MTU" }),
    );
    expect(summary).toEqual({ a: "refused constraint violation: bad MTU" });
  });

  test("among others is found by its operation, and the rest goes in one more transaction", async () => {
    const { transactions, summary } = await submit(["a", "bad", "c"], (operations) => {
      const operation = insertOf(operations, "bad");
      return operation === -1 ? null : transactError("constraint violation", { operation });
    });
    expect(transactions.length).toBe(2);
    expect(summary).toEqual({ a: "committed", bad: "refused constraint violation", c: "committed" });
  });

  test.each([
    ["by its operation", (operations: readonly Operation[]) => insertOf(operations, "bad")],
    ["by halves", () => null],
  ])(
    "is found %s, and what is not so any more is decided anew, with what moves with it",
    async (_, culprit) => {
      const { transactions, summary } = await submit(
        ["a", "bad", "m1", "m2", "stale"],
        (operations) =>
          insertOf(operations, "bad") < 0
            ? null
            : transactError("constraint violation", { operation: culprit(operations) }),
        ["m1", "m2"],
        ["m2", "stale"],
      );
      const lost = "lost not sent again: it is not due to go (U1, U2)";
      const withOthers =
        "lost not sent again: logical port m2, one of 2 that move together: it is not due to go (U1, U2)";
      const refused = "refused constraint violation";
      expect(summary).toEqual({ a: "committed", bad: refused, m1: withOthers, m2: withOthers, stale: lost });
      for (const operations of transactions.slice(1)) expect(insertOf(operations, "stale")).toBe(-1);
    },
  );

  test("makes others stale by its refusal, and these are decided anew", async () => {
    const stale: string[] = [];
    const { transactions, summary } = await submit(
      ["a", "bad"],
      (operations) => transactError("constraint violation", { operation: insertOf(operations, "bad") }),
      [],
      stale,
      true,
      async (outcomes) => {
        expect(summaryOf(outcomes)).toEqual({ bad: "refused constraint violation" });
        stale.push("a");
      },
    );
    expect(transactions).toHaveLength(1);
    expect(summary).toMatchObject({ a: expect.stringContaining("lost not sent again") });
  });

  test("among others of which nothing is so any more is all that is sent", async () => {
    const { transactions, summary } = await submit(
      ["bad", "stale"],
      (operations) => transactError("constraint violation", { operation: insertOf(operations, "bad") }),
      [],
      ["stale"],
    );
    expect(transactions).toHaveLength(1);
    expect(summary).toMatchObject({ bad: "refused constraint violation" });
  });

  test("of which the server names an operation that nobody sent is found by halves", async () => {
    const { summary } = await submit(["a", "bad"], (operations) =>
      insertOf(operations, "bad") === -1 ? null : transactError("constraint violation", { operation: 999 }),
    );
    expect(summary).toEqual({ a: "committed", bad: "refused constraint violation" });
  });

  test("that the commit refuses, without an operation, is found by halves", async () => {
    const { summary } = await submit(["a", "b", "bad", "d"], (operations) =>
      insertOf(operations, "bad") === -1 ? null : transactError("constraint violation", { details: "no" }),
    );
    expect(summary).toEqual({
      a: "committed",
      b: "committed",
      bad: "refused constraint violation: no",
      d: "committed",
    });
  });
});

test("one bad port of many costs a few transactions, and not one for each port", async () => {
  const lports = Array.from({ length: 64 }, (_, index) => `lsp${index}`);
  const { transactions } = await submit(lports, (operations) =>
    insertOf(operations, "lsp63") === -1 ? null : transactError("constraint violation"),
  );
  expect(transactions.length).toBe(1 + 2 * Math.log2(lports.length));
});

test("an operation that is for no port in particular refuses them one by one", async () => {
  const { summary } = await submit(["a", "b"], (operations) => {
    const operation = operations.findIndex((one) => one.op === "wait" && one.table === "Bridge");
    return transactError("timed out", { operation });
  });
  expect(summary).toEqual({ a: "refused timed out", b: "refused timed out" });
});

test.each(["not sent", "not owner"] as const)(
  "%s says nothing against any change where the lock is lost: nothing is sent again",
  async (code) => {
    const judge = () => transactError(code, { details: "x" });
    const { transactions, summary } = await submit(["a", "b"], judge, [], [], false);
    expect(transactions.length).toBe(1);
    expect(summary).toEqual({ a: `lost ${code}: x`, b: `lost ${code}: x` });
  },
);

test("a server that says not owner of a lock that it has not taken away is asked again with back-off only", async () => {
  const judge = () => transactError("not owner", { details: "x" });
  const { transactions, summary } = await submit(["a", "b"], judge);
  expect(transactions.length).toBe(1);
  expect(summary).toEqual({ a: "refused not owner: x", b: "refused not owner: x" });
});

test("of a server's long word the beginning is kept, for each port", async () => {
  const details = "x".repeat(1 << 20);
  const { outcomes } = await submit(["a", "b"], () => transactError("server error", { details }));
  for (const outcome of outcomes) {
    if (outcome.kind === "committed") throw new Error("committed");
    expect(outcome.error).toStartWith("server error: xxx");
    expect(outcome.error.length).toBeLessThan(4200);
  }
});

test.each([
  ["disconnected", "lost"],
  ["cluster error", "refused"],
  ["canceled", "refused"],
  ["abandoned", "refused"],
  ["not attempted", "refused"],
  ["unreadable result", "refused"],
  ["protocol error", "refused"],
] as const)("%s may stand for a commit: nothing is sent again (T5)", async (code, otherwise) => {
  const { transactions, outcomes, summary } = await submit(["a", "b"], () =>
    transactError(code, { details: "x", operation: 1 }),
  );
  expect(transactions.length).toBe(1);
  expect(summary).toEqual({ a: `unknown ${code}: x`, b: `unknown ${code}: x` });
  expect(outcomes).toMatchObject([{ otherwise }, { otherwise }]);
});

test("a connection that is lost while the bad port is looked for leaves no work without an outcome", async () => {
  let sent = 0;
  const { summary } = await submit(["a", "b", "c", "d"], () =>
    ++sent === 1 ? transactError("constraint violation") : transactError("disconnected"),
  );
  expect(summary).toEqual({
    a: "unknown disconnected",
    b: "unknown disconnected",
    c: "unknown disconnected",
    d: "unknown disconnected",
  });
});

test("a server that has the database no more is asked once for all of them, and each is tried again with back-off", async () => {
  const { transactions, summary } = await submit(["a", "b", "c"], () => transactError("unknown database"));
  expect(transactions.length).toBe(1);
  expect(summary).toEqual({
    a: "refused unknown database",
    b: "refused unknown database",
    c: "refused unknown database",
  });
});

test("words are not said twice", async () => {
  const { summary } = await submit(["a"], () => transactError("timed out", { details: "timed out" }));
  expect(summary).toEqual({ a: "refused timed out" });
});

test("whichever ports are bad, each work gets one outcome, and only the bad ones are refused", async () => {
  const seed = chooseSeed();
  for (let index = 0; index < 100; index++) {
    const { int, pick, list } = random(seed + index);
    const kinds = ["good", "good", "good", "bad by operation", "bad at commit"] as const;
    const ports = list(1 + int(20), (number) => ({ lport: `lsp${number}`, kind: pick(kinds) }));
    const { outcomes } = await submit(
      ports.map(({ lport }) => lport),
      (operations) => {
        const there = ports.filter(({ lport }) => insertOf(operations, lport) !== -1);
        const bad = there.find(({ kind }) => kind === "bad by operation");
        if (bad !== undefined) {
          return transactError("constraint violation", { operation: insertOf(operations, bad.lport) });
        }
        return there.some(({ kind }) => kind === "bad at commit")
          ? transactError("constraint violation")
          : null;
      },
    );
    const expected = ports.map(({ lport, kind }) => `${lport} ${kind === "good" ? "committed" : "refused"}`);
    const actual = outcomes.map(({ kind, work }) => `${lportOfChange(work.change)} ${kind}`);
    expect([`SEED=${seed + index}`, ...actual.toSorted()]).toEqual([
      `SEED=${seed + index}`,
      ...expected.toSorted(),
    ]);
  }
});

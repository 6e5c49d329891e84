/** Real numbers, with a real ovsdb-server: what was written compares equal to what is read, and poisons nothing. */
import { beforeEach, expect, test } from "bun:test";
import { chooseSeed, random } from "../support/random.ts";
import { closingAfterEach, playgroundForAllTests } from "./support/for-tests.ts";
import { run } from "./support/server.ts";
import { failure, op, openSynced, type PlaygroundSession, value } from "./support/session.ts";

const server = playgroundForAllTests();
let session: PlaygroundSession;
const closeLater = closingAfterEach();

beforeEach(async () => {
  session = closeLater(await openSynced(server.remote));
  value(await session.transact([op.delete("Thing", []), op.insert("Thing", { name: "r", color: "red" })]));
});

const row = (of = session) => [...of.replica.table("Thing").rows.values()][0];

test.each([Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 2 ** -1073, -(2 ** -1030), 2 ** -1022])(
  "%p, which the server could not read again, is a bad value, and the connection stays",
  async (ratio) => {
    for (const operation of [
      op.update("Thing", [], { ratio }),
      op.delete("Thing", [["ratio", "==", ratio]]),
      op.update("Thing", [], { levels: new Map([[1, ratio]]) }),
      op.mutate("Thing", [], [["ratio", "+=", ratio]]),
    ]) {
      const error = failure(await session.transact([operation]));
      expect(error).toMatchObject({ code: "bad value", retryable: false });
      expect(error.details).toContain("15 digits");
    }
    expect(session.state.kind).toBe("synced");
    run("ovsdb-client", "dump", server.remote, "Playground", "Thing");
  },
);

test("the largest and the smallest that 15 digits can say arrive, also after a restart of the server", async () => {
  for (const ratio of [1.79769313486231e308, -1.79769313486231e308, 2.2250738585073e-308, 0, 1e-300]) {
    value(await session.transact([op.update("Thing", [], { ratio })]));
    expect(row()?.ratio).toBe(ratio);
    await server.stop();
    await server.start();
    const again = closeLater(await openSynced(server.remote));
    expect(row(again)?.ratio).toBe(ratio);
    again.close();
    await session.synced();
  }
});

test("what was written is found, waited for and read as what it was written as", async () => {
  const seed = chooseSeed();
  const { int } = random(seed);
  for (let n = 0; n < 60; n++) {
    const ratio = (int(2 ** 31) / (1 + int(2 ** 31))) * 10 ** (int(40) - 20) * (n % 2 === 0 ? 1 : -1);
    const results = await session.transact([
      op.update("Thing", [], { ratio }),
      op.wait("Thing", [], ["ratio"], "==", [{ ratio }], 0),
      op.update("Thing", [["ratio", "==", ratio]], { count: n }),
    ]);
    expect([`SEED=${seed}`, ratio, value(results)[2]]).toEqual([`SEED=${seed}`, ratio, { count: 1 }]);
    const read = row()?.ratio ?? Number.NaN;
    value(await session.transact([op.wait("Thing", [], ["ratio"], "==", [{ ratio: read }], 0)]));
    expect(read).toBe(Number(ratio.toPrecision(15)));
  }
});

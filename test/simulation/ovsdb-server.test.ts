/** The simulated ovsdb-server is no wish: it says what the real one says, word for word, to whatever it is asked. */
import { describe, expect, test } from "bun:test";
import { messageOf } from "../../src/result.ts";
import { Folder, OvsdbServer, PLAYGROUND, run } from "../ovsdb-jsonrpc/support/server.ts";
import { chooseSeed } from "../support/random.ts";
import { readSchema } from "./ovsdb/schema.ts";
import { Comparison } from "./support/comparison.ts";

const STEPS = 4000;

/** A server that crashes is gone within this time, in milliseconds. */
const CRASH_MS = 5000;

const databases: readonly (readonly [string, string, readonly string[]])[] = [
  ["a schema with every kind of column", PLAYGROUND, ["Thing", "Part", "Only"]],
  [
    "Open_vSwitch",
    "/usr/share/openvswitch/vswitch.ovsschema",
    ["Open_vSwitch", "Bridge", "Port", "Interface", "QoS", "Queue"],
  ],
  [
    "OVN_Southbound",
    "/usr/share/ovn/ovn-sb.ovsschema",
    ["SB_Global", "Chassis", "Encap", "Port_Binding", "Datapath_Binding"],
  ],
];

describe("asked the same at random, the simulated server and the real one say the same", () => {
  for (const [what, schema, tables] of databases) {
    test(`${STEPS} times: ${what}`, async () => {
      const seed = chooseSeed();
      // Once in some hundred of these runs ovsdb-server 3.1 ends by a signal: nobody is left to compare with.
      const difference = (await compare(schema, tables, seed)) ?? (await compare(schema, tables, seed + 1));
      expect(difference ?? "the real server has crashed twice").toBe("");
    });
  }
});

/** The first difference, or nothing (""); null: the real server has crashed. */
async function compare(schema: string, tables: readonly string[], seed: number): Promise<string | null> {
  const folder = new Folder();
  const file = folder.at("database");
  run("ovsdb-tool", "create", file, schema);
  const server = new OvsdbServer(folder, "server", { databases: [file] });
  await server.start();
  const comparison = await Comparison.start(readSchema(schema), tables, server.socket, seed);
  try {
    for (let n = 0; n < STEPS; n++) {
      const at = `SEED=${seed}, step ${n}: `;
      try {
        const difference = await comparison.step();
        if (difference !== null) return `${at}${difference}`;
      } catch (error) {
        const signal = await server.crash(CRASH_MS);
        const what = `${at}${comparison.last}: ${messageOf(error)}`;
        if (signal === null) return what;
        console.log(`ovsdb-server ended by ${signal}: ${what}`);
        return null;
      }
    }
    const answers = [...comparison.answers.keys()];
    for (const expected of ["transact", "update", "update2", "update3", "monitor_cond_change", "locked"])
      expect(answers).toContain(expected);
    return "";
  } finally {
    comparison.close();
    await server.kill();
    folder.remove();
  }
}

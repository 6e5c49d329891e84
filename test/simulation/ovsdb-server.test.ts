/** The simulated ovsdb-server is no wish: it says what the real one says, word for word, to whatever it is asked. */
import { describe, expect, test } from "bun:test";
import { Folder, OvsdbServer, PLAYGROUND, run } from "../ovsdb-jsonrpc/support/server.ts";
import { chooseSeed } from "../support/random.ts";
import { readSchema } from "./ovsdb/schema.ts";
import { Comparison } from "./support/comparison.ts";

const STEPS = 4000;

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
      const folder = new Folder();
      const file = folder.at("database");
      run("ovsdb-tool", "create", file, schema);
      const server = new OvsdbServer(folder, "server", { databases: [file] });
      await server.start();
      const comparison = await Comparison.start(readSchema(schema), tables, server.socket, seed);
      try {
        for (let n = 0; n < STEPS; n++) {
          const difference = await comparison
            .step()
            .catch((error: Error) => `${comparison.last}: ${error.message}`);
          if (difference !== null) throw new Error(`SEED=${seed}, step ${n}: ${difference}`);
        }
        const answers = [...comparison.answers.keys()];
        for (const expected of ["transact", "update", "update2", "update3", "monitor_cond_change", "locked"])
          expect(answers).toContain(expected);
      } finally {
        comparison.close();
        await server.kill();
        folder.remove();
      }
    });
  }
});

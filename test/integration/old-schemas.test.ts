/**
 * Clouds of other versions: what a served schema lacks, because it is an older OVN's, is left out; the daemon starts and
 * plugs all the same. The schemas are the installed ones without the columns and tables that came later.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { type Chassis, startChassis } from "../../tools/chassis/chassis.ts";
import { startDaemon } from "../../tools/chassis/daemon.ts";
import { databases } from "../../tools/chassis/programs.ts";
import { transact } from "./support/transact.ts";

/** What later versions added to the Southbound's Port_Binding (ovn-sb(5)). */
const SINCE_22_06 = [
  "additional_chassis",
  "additional_encap",
  "requested_additional_chassis",
  "port_security",
];
const SINCE_22_12 = ["mirror_rules"];

interface Served {
  readonly versions: string;
  readonly lacks: readonly string[];
}

const MATRIX: readonly Served[] = [
  { versions: "what is installed", lacks: [] },
  { versions: "22.06 and 22.09", lacks: SINCE_22_12 },
  { versions: "21.12 and 22.03", lacks: [...SINCE_22_12, ...SINCE_22_06] },
];

interface Schema {
  readonly tables: Readonly<Record<string, { columns: Record<string, unknown> }>>;
}

/** Makes the Southbound serve what an older OVN would. */
async function serve(chassis: Chassis, lacks: readonly string[]): Promise<void> {
  const { schema } = databases.OVN_Southbound;
  const descriptor: Schema = await Bun.file(schema).json();
  const columns = descriptor.tables.Port_Binding?.columns ?? {};
  for (const column of lacks) delete columns[column];
  const file = join(chassis.dir, "older.ovsschema");
  await Bun.write(file, JSON.stringify(descriptor));
  await chassis.convert("OVN_Southbound", file);
}

/** What ovn-northd and ovn-controller of that version would have written. */
async function fill(chassis: Chassis, lport: string): Promise<void> {
  const options = { "requested-chassis": chassis.name, "vif-plug-type": "dummy" };
  const results = await transact(chassis.sbSock, "OVN_Southbound", [
    {
      op: "update",
      table: "SB_Global",
      where: [],
      row: { options: ["map", [["northd_internal_version", "21.12"]]] },
    },
    {
      op: "insert",
      table: "Encap",
      row: { type: "geneve", ip: "192.0.2.1", chassis_name: chassis.name },
      "uuid-name": "encap",
    },
    {
      op: "insert",
      table: "Chassis",
      row: { name: chassis.name, hostname: chassis.name, encaps: ["named-uuid", "encap"] },
      "uuid-name": "chassis",
    },
    { op: "insert", table: "Datapath_Binding", row: { tunnel_key: 1 }, "uuid-name": "switch" },
    {
      op: "insert",
      table: "Port_Binding",
      row: {
        logical_port: lport,
        datapath: ["named-uuid", "switch"],
        tunnel_key: 1,
        options: ["map", Object.entries(options)],
        requested_chassis: ["named-uuid", "chassis"],
      },
    },
  ]);
  expect(results).not.toContainEqual(expect.objectContaining({ error: expect.anything() }));
}

test.each(MATRIX)("with the Southbound of $versions it starts, and plugs", async ({ lacks }) => {
  await using chassis = await startChassis({ controller: false, vswitchd: false, northd: false });
  await serve(chassis, lacks);
  const daemon = await startDaemon({ chassis });
  await daemon.waitLog(/OVN_Southbound: in sync/, 30_000);
  await fill(chassis, "web1");
  await chassis.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["name"],
    (rows) => rows.some(({ name }) => name === "web1"),
    30_000,
  );
  expect(daemon.lines.filter((line) => / (warn|error) /.test(line))).toEqual([]);
});

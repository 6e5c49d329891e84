/** Many logical ports at once, each in one transaction of the CMS: more than ovn-nbctl takes on a command line. */
import type { Hypervisor } from "./hypervisor.ts";
import { transact } from "./transact.ts";

/** Logical ports that are requested here, with that plug type. */
export async function addManyPorts(
  { chassis }: Hypervisor,
  names: readonly string[],
  plugType = "dummy",
): Promise<void> {
  const options = [
    ["requested-chassis", "hv1"],
    ["vif-plug-type", plugType],
  ];
  const ports = names.map((name, index) => ({
    op: "insert",
    table: "Logical_Switch_Port",
    row: { name, options: ["map", options] },
    "uuid-name": `port${index}`,
  }));
  const all = ["set", ports.map((port) => ["named-uuid", port["uuid-name"]])];
  const attach = {
    op: "mutate",
    table: "Logical_Switch",
    where: [["name", "==", "sw0"]],
    mutations: [["ports", "insert", all]],
  };
  await transact(chassis.nbSock, "OVN_Northbound", [...ports, attach]);
}

/** Every logical port goes. */
export async function deleteAllPorts({ chassis }: Hypervisor): Promise<void> {
  const row = { ports: ["set", []] };
  await transact(chassis.nbSock, "OVN_Northbound", [
    { op: "update", table: "Logical_Switch", where: [["name", "==", "sw0"]], row },
  ]);
}

/** Many ports on one chassis at once, on a real one. */
import { expect, test } from "bun:test";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";
import { addManyPorts } from "./support/many-ports.ts";
import { transact } from "./support/transact.ts";

const PORTS = 5_000;
const MOVED = 1_000;
const name = (index: number) => `lsp${index}`;

/** The first logical ports go to another chassis, in one transaction of the CMS. */
async function movePorts({ chassis }: Hypervisor): Promise<void> {
  const moves = Array.from({ length: MOVED }, (_, index) => ({
    op: "mutate",
    table: "Logical_Switch_Port",
    where: [["name", "==", name(index)]],
    mutations: [
      ["options", "delete", ["set", ["requested-chassis"]]],
      ["options", "insert", ["map", [["requested-chassis", "hv2"]]]],
    ],
  }));
  await transact(chassis.nbSock, "OVN_Northbound", moves);
}

function pluggedHere({ chassis }: Hypervisor, count: number): Promise<unknown> {
  return chassis.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["external_ids"],
    (rows) => rows.filter((row) => row.external_ids.get("ovn-plugged") === "dummy").length === count,
    90_000,
  );
}

test(`scale: ${PORTS} ports in one transaction are plugged, ${MOVED} that move away at once are held, and go when confirmed`, async () => {
  await using hv = await startHypervisor({ config: { safety: { max_unplug: "10%" } } });
  await hv.chassis.addChassis("hv2");
  await addManyPorts(
    hv,
    Array.from({ length: PORTS }, (_, index) => name(index)),
  );
  await pluggedHere(hv, PORTS);
  expect(await hv.writes()).toHaveLength(1);
  await movePorts(hv);
  await hv.daemon.waitLog(new RegExp(` warn plug: held: ${MOVED} of ${PORTS} plugged ports `), 60_000);
  // Whatever else had been decided would have been sent before this port, which is plugged meanwhile.
  await hv.addLport("next");
  await hv.interface("next");
  expect(await hv.removals()).toEqual([]);
  const answer = await hv.chassis.appctl("vifplugd", "plug/confirm-unplug");
  expect(answer).toBe(`${MOVED} ports may be unplugged`);
  await pluggedHere(hv, PORTS + 1 - MOVED);
  expect(await hv.removals()).toHaveLength(1);
}, 200_000);

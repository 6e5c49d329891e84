/** Contract section 4, on a real Southbound server: what this chassis receives does not grow with the cloud. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { CountingProxy } from "./support/counting-proxy.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";
import { transact } from "./support/transact.ts";

const OTHERS = 50_000;
/** Tunnel keys of one datapath end at 32,767 (ovn-sb(5), Port_Binding). */
const PER_SWITCH = 25_000;
/** Bytes; fewer than a port binding takes. How many conditions are sent and acknowledged depends on the moment. */
const ONE_ROW = 150;
const ours = ["lsp0", "lsp1", "lsp2", "lsp3", "lsp4"];

/** A map in OVSDB notation (RFC 7047 section 5.1). */
function map(entries: Readonly<Record<string, string>>) {
  return ["map", Object.entries(entries)];
}

function inSouthbound({ chassis }: Hypervisor, operations: readonly object[]): Promise<readonly unknown[]> {
  return transact(chassis.sbSock, "OVN_Southbound", operations);
}

/** Port bindings that another chassis is to plug. */
async function addOthers(hv: Hypervisor): Promise<void> {
  const rows = await hv.chassis.rows("OVN_Southbound", "Chassis", ["name"]);
  const uuid = rows.find(({ name }) => name === "hv2")?._uuid;
  for (let first = 0; first < OTHERS; first += PER_SWITCH) {
    const datapath = {
      op: "insert",
      table: "Datapath_Binding",
      row: { tunnel_key: 1000 + first / PER_SWITCH },
      "uuid-name": "switch",
    };
    const bindings = Array.from({ length: PER_SWITCH }, (_, index) => ({
      op: "insert",
      table: "Port_Binding",
      row: {
        logical_port: `other${first + index}`,
        datapath: ["named-uuid", "switch"],
        tunnel_key: index + 1,
        requested_chassis: ["uuid", uuid],
        options: map({ "requested-chassis": "hv2", "vif-plug-type": "dummy" }),
      },
    }));
    await inSouthbound(hv, [datapath, ...bindings]);
  }
}

/** Every port binding of the other chassis changes in a column that is monitored. */
async function changeOthers(hv: Hypervisor): Promise<void> {
  const where = [["options", "includes", map({ "requested-chassis": "hv2" })]];
  const mutations = [["options", "insert", map({ "vif-plug-mtu-request": "1400" })]];
  const [result] = await inSouthbound(hv, [{ op: "mutate", table: "Port_Binding", where, mutations }]);
  expect(result).toEqual({ count: OTHERS });
}

/** Changes one port of ours and returns when vifplugd has acted on it: what the server sent before has arrived. */
async function changeOurs(hv: Hypervisor, mtu: number): Promise<void> {
  const where = [["logical_port", "==", "lsp0"]];
  const mutations = [
    ["options", "delete", ["set", ["vif-plug-mtu-request"]]],
    ["options", "insert", map({ "vif-plug-mtu-request": `${mtu}` })],
  ];
  await inSouthbound(hv, [{ op: "mutate", table: "Port_Binding", where, mutations }]);
  await hv.interface("lsp0", (row) => row.mtu_request === mtu);
}

/** Starts vifplugd behind a proxy to the Southbound of its own. */
async function startCounted(hv: Hypervisor, socket: string): Promise<CountingProxy> {
  const proxy = await CountingProxy.start(join(hv.chassis.runDir, socket), hv.chassis.sbSock);
  await hv.startDaemon({ southbound: { remote: proxy.remote } });
  return proxy;
}

test(`exact knowledge: ${OTHERS} port bindings of another chassis cost no byte, neither at the start nor when they change`, async () => {
  await using hv = await startHypervisor();
  await hv.chassis.addChassis("hv2");
  await hv.addLports(Object.fromEntries(ours.map((lport) => [lport, {}])));
  await hv.allInstalled(ours);
  // It would take what it does not know for rubbish, and remove it.
  await hv.chassis.stop("ovn-northd");
  // Its Chassis row stays, and its own questions are not what is counted.
  await hv.chassis.kill("ovn-controller", "SIGKILL");
  await hv.daemon.stop();

  using alone = await startCounted(hv, "alone.sock");
  await changeOurs(hv, 1301);
  const toStart = alone.received;
  await changeOurs(hv, 1302);
  const toChange = alone.received - toStart;
  await hv.daemon.stop();

  await addOthers(hv);
  using among = await startCounted(hv, "among.sock");
  await changeOurs(hv, 1303);
  const toStartAmong = among.received;
  expect(Math.abs(toStartAmong - toStart)).toBeLessThan(ONE_ROW);
  await changeOthers(hv);
  await changeOurs(hv, 1304);
  const toChangeAmong = among.received - toStartAmong;
  expect(Math.abs(toChangeAmong - toChange)).toBeLessThan(ONE_ROW);
}, 240_000);

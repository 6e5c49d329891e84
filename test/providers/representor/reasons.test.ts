/** What the provider says when it is not ready: what is there, and what the operator can do. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { askNic } from "./support/ask-nic.ts";
import { type NicTable, parseTable } from "./support/nic-table.ts";

function tableOf(file: string): NicTable {
  return parseTable(readFileSync(join(import.meta.dir, "nics", `${file}.txt`), "utf8"));
}

/** The answer to a question about a NIC: the network device, or the reason. */
async function answerOf(table: NicTable, options: Readonly<Record<string, string>>): Promise<string> {
  const [answer] = await askNic({ ...table, questions: [{ what: "", options, representor: null }] });
  return answer?.netdev ?? answer?.reason ?? "";
}

const host = "5c:25:73:37:70:5b";

test.each<[string, Readonly<Record<string, string>>, string]>([
  [
    "of another controller than the options say",
    { "pf-mac": host, controller: "2", "vf-num": "0" },
    `no PF with MAC address ${host}, of controller 2 is known: the address is that of pci/0000:03:00.1 controller 1 pf 1`,
  ],
  [
    "on another device than the options say",
    { "pf-mac": host, "pf-pci": "03:00.0", "vf-num": "0" },
    `no PF with MAC address ${host}, on pci/0000:03:00.0 is known: the address is that of pci/0000:03:00.1 controller 1 pf 1`,
  ],
  [
    "on no device that the options name",
    { "pf-pci": "auxiliary/mlx5_core.eth.5", "vf-num": "0" },
    "no PF on auxiliary/mlx5_core.eth.5 is known: the known PFs are pci/0000:03:00.0 controller 1 pf 0, pci/0000:03:00.0 pf 0, pci/0000:03:00.1 controller 1 pf 1, pci/0000:03:00.1 pf 1",
  ],
  [
    "without sub-functions",
    { "pf-mac": "b8:ce:f6:00:00:11", "sf-num": "3" },
    "PF b8:ce:f6:00:00:11 (pci/0000:03:00.1 pf 1) is known by its uplink p1, and has no sub-functions yet",
  ],
])("a PF %s is said to be there", async (_, options, reason) => {
  expect(await answerOf(tableOf("bluefield-3-linux-6.5"), options)).toBe(reason);
});

test("who gives the DPU's address instead of the host's learns that the host's has to be written down", async () => {
  const { options: _, ...rest } = tableOf("dpu-address-pinned");
  expect(await answerOf({ ...rest, options: {} }, { "pf-mac": "b8:ce:f6:00:00:10", "vf-num": "0" })).toBe(
    "PF b8:ce:f6:00:00:10 (pci/0033:01:00.0 pf 0) is known by its uplink enP51p1s0f0np0, and has no VFs yet; " +
      "pci/0033:01:00.0 controller 1 pf 0 has no address (it is another host's, and the kernel does not tell its address; " +
      'write it in the configuration, under the provider: pf: [{ device: "pci/0033:01:00.0", pf: 0, controller: 1, mac: "…" }])',
  );
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  [
    "connectx-bond-without-permanent-addresses",
    { "pf-mac": "b8:ce:f6:00:00:10" },
    "with MAC address b8:ce:f6:00:00:10: pci/0000:98:00.0 pf 0, pci/0000:98:00.1 pf 1; choose one with vif-plug:representor:pf-pci or vif-plug:representor:pf-num",
  ],
  [
    "bluefield-3-linux-6.5",
    { "pf-pci": "03:00.1" },
    "on pci/0000:03:00.1: pci/0000:03:00.1 controller 1 pf 1, pci/0000:03:00.1 pf 1; choose one with vif-plug:representor:controller",
  ],
  [
    "ef100-two-hosts",
    { "pf-pci": "41:00.0" },
    "on pci/0000:41:00.0: pci/0000:41:00.0 pf 0, pci/0000:41:00.0 pf 0 (external); choose one with vif-plug:representor:pf-mac",
  ],
])("of several PFs the operator learns what tells them apart: %s", async (file, options, rest) => {
  expect(await answerOf(tableOf(file), { ...options, "vf-num": "0" })).toBe(`several PFs match ${rest}`);
});

test("of a device that only has another PF's functions, the number of the PF decides", async () => {
  const { ports, links, ...rest } = tableOf("connectx-adjacent-functions");
  const left = ports.filter(({ pf }) => pf === 1);
  const indexes = new Set(left.map(({ netdev }) => netdev?.ifindex));
  const table = { ...rest, ports: left, links: links.filter(({ ifindex }) => indexes.has(ifindex)) };
  expect(await answerOf(table, { "pf-pci": "98:00.0", "vf-num": "1" })).toBe(
    "the kernel does not tell whether pci/0000:98:00.0 pf 1 is the PF of pci/0000:98:00.0, or only has functions there: say so with vif-plug:representor:pf-num",
  );
  expect(await answerOf(table, { "pf-pci": "98:00.0", "pf-num": "1", "vf-num": "1" })).toBe("ens3f0npf1vf1");
});

test.each([
  [
    "without anybody's word of controllers may be a host's",
    "bluefield-2-linux-5.4",
    "it may be another host's, and the kernel does not tell its address",
  ],
  [
    "whose uplink is away is on an unknown device, where names alone tell of it",
    "names-only",
    "the kernel does not tell its device, and the switch does not have one uplink",
  ],
])("a PF %s", async (_, file, reason) => {
  const { links, ...rest } = tableOf(file);
  const table = { ...rest, smartNic: {}, links: links.filter(({ name }) => name !== "up0") };
  expect(await answerOf(table, { "pf-mac": "0c:42:a1:c6:cf:7c", "vf-num": "0" })).toContain(reason);
});

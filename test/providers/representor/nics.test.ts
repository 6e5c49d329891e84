/**
 * The provider on the NICs that people have, as `devlink port show` prints them: each file of the folder `nics` is a NIC
 * and the questions that it has to answer.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Link } from "../../../src/netlink/link.ts";
import { askNic } from "./support/ask-nic.ts";
import { type NicTable, parseTable, tablesOf } from "./support/nic-table.ts";

const folder = join(import.meta.dir, "nics");
const files = readdirSync(folder).filter((file) => file.endsWith(".txt"));
const tables = files.sort().map((file): NicTable => parseTable(readFileSync(join(folder, file), "utf8")));

describe.each(tables.map((table) => [table.nic, table] as const))("%s", (_, table) => {
  test.each(table.questions.map((question) => [question.what, question] as const))(
    "%s",
    async (what, question) => {
      const answers = await askNic(table);
      const answered = answers.find((one) => one.question === question);
      expect({
        what,
        netdev: answered?.netdev,
        misplaced: answered?.misplaced,
        ...(question.representor === null ? {} : { reason: answered?.reason }),
      }).toEqual({
        what,
        netdev: question.representor,
        misplaced: null,
        ...(question.representor === null ? {} : { reason: null }),
      });
      if (question.representor === null) expect(answered?.reason).toMatch(/\w/);
    },
  );
});

/** What kernels leave out: older ones, other drivers. */
const less: readonly (readonly [string, Partial<Link>])[] = [
  ["parents", { parent: null }],
  ["permanent addresses", { permanentAddress: null }],
  ["switches", { switchId: null }],
  ["drivers' names", { portName: null }],
  ["drivers' names and parents", { portName: null, parent: null }],
  ["switches and parents", { switchId: null, parent: null }],
];

describe.each(less)("where the kernel tells no %s", (_, without) => {
  test("less is answered, and nothing wrong", async () => {
    const wrong: string[] = [];
    let right = 0;
    for (const table of tables) {
      // Of a table that is about a contradiction, half is no contradiction; and what only names tell nobody tells without them.
      if (/has to agree$/.test(table.nic)) continue;
      if ("portName" in without && /names (do|tell)$/.test(table.nic)) continue;
      const told = { ...table, nested: {}, links: table.links.map((link) => ({ ...link, ...without })) };
      for (const { question, netdev, misplaced } of await askNic(told)) {
        // An address in use counts as the PF's, and in a bond it can be another port's.
        if (misplaced !== null && !("permanentAddress" in without))
          wrong.push(`${table.nic}: ${question.what}: ${misplaced}`);
        if (netdev === null) continue;
        if (netdev === question.representor) right++;
        else wrong.push(`${table.nic}: ${question.what}: ${netdev}`);
      }
    }
    expect(right).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });
});

interface Left {
  readonly what: string;
  /** Whether the port of the uplink that is away is still there. */
  readonly hasPort: boolean;
  readonly left: NicTable;
}

/** What is not there for a while: an uplink in another namespace or without its driver, and the VFs and sub-functions of a PF. */
function withoutSome(table: NicTable): readonly Left[] {
  const links = new Map(table.links.map((link) => [link.ifindex, link]));
  const isUplink = ({ portName, ifindex }: Link) =>
    /^p\d+$/.test(portName ?? "") ||
    table.ports.some(({ flavour, netdev }) => flavour === "physical" && netdev?.ifindex === ifindex);
  const uplinks = table.links.filter(isUplink).map(({ ifindex }) => ifindex);
  const told = table.ports.flatMap(({ device, controller, flavour, pf, netdev }) =>
    netdev !== null && (flavour === "pcivf" || flavour === "pcisf")
      ? [{ pf: `${device} ${controller} ${pf}`, ifindex: netdev.ifindex }]
      : [],
  );
  const named = table.links.flatMap(({ ifindex, portName, parent }) => {
    const [, pf] = /^(.*pf\d+)(?:vf|sf)r?\d+$/.exec(portName ?? "") ?? [];
    return pf === undefined || told.some((one) => one.ifindex === ifindex)
      ? []
      : [{ pf: `${parent} ${pf}`, ifindex }];
  });
  const ofOnePf = [...Map.groupBy([...told, ...named], ({ pf }) => pf).values()];
  const functions = ofOnePf.map((all) => all.map(({ ifindex }) => ifindex));
  return [null, ...uplinks].flatMap((uplink) =>
    [[], ...functions].flatMap((gone) =>
      [true, false].map((hasPort) => {
        const left = {
          ...table,
          links: table.links.filter(({ ifindex }) => ifindex !== uplink && !gone.includes(ifindex)),
          ports: table.ports.flatMap((port) => {
            const ifindex = port.netdev?.ifindex ?? null;
            if (ifindex === null) return [port];
            if (gone.includes(ifindex)) return [];
            return ifindex !== uplink ? [port] : hasPort ? [{ ...port, netdev: null }] : [];
          }),
        };
        const names = [...(uplink === null ? [] : [uplink]), ...gone].map((one) => links.get(one)?.name);
        return { what: `without ${names.join(", ")}`, hasPort, left };
      }),
    ),
  );
}

test("while an uplink or the functions of a PF are away, nobody gets a function of another PF", async () => {
  const wrong: string[] = [];
  let asked = 0;
  for (const table of tables) {
    const all = await askNic(table);
    // Of PFs that match alike, the last one that is there is the right one.
    const isChoice = new Map(
      all.map(({ question, reason }) => [question, /several PFs match/.test(reason ?? "")]),
    );
    for (const { what, hasPort, left } of withoutSome(table)) {
      for (const { question, netdev, misplaced } of await askNic(left)) {
        if (isChoice.get(question) === true) continue;
        asked++;
        const isWrong = netdev !== null && netdev !== question.representor;
        // A device with several uplinks looks like one with the uplink that is left when the other one's port has gone.
        if (isWrong || (misplaced !== null && hasPort))
          wrong.push(`${table.nic}, ${what}: ${question.what}: ${misplaced ?? netdev}`);
      }
    }
  }
  expect(asked).toBeGreaterThan(1000);
  expect(wrong).toEqual([]);
});

test("a PF whose functions are all away is known by its uplink, beside the functions of another PF", async () => {
  const table = tables.find(({ nic }) => /functions of another PF on the same switch$/.test(nic));
  const [left] = (table === undefined ? [] : withoutSome(table)).filter(
    ({ what }) => what === "without ens3f0npf0vf0",
  );
  const answers = left === undefined ? [] : await askNic(left.left);
  expect(answers[0]?.reason).toStartWith(
    "PF b8:ce:f6:00:00:10 (pci/0000:98:00.0 pf 0) is known by its uplink ens3f0np0, and has no VFs yet; pci/0000:98:00.0 pf 1 has no address",
  );
});

test("a pinned address without a controller is the host's, and not the NIC's own PF's while the host is away", async () => {
  const table = tables.find(({ nic }) => /^AMD EF100: the host and the NIC's own processor/.test(nic));
  if (table === undefined) throw new Error("there is no such table");
  const ports = table.ports.filter(({ external }) => external === false);
  const kept = new Set(ports.map(({ netdev }) => netdev?.ifindex));
  const left = { ...table, ports, links: table.links.filter(({ ifindex }) => kept.has(ifindex)) };
  expect((await askNic(left)).map(({ netdev }) => netdev)).toEqual(["eth4", null, null, null]);
});

test("every table asks something, and has ports and network devices to ask about", () => {
  for (const { nic, links, questions } of tables) {
    expect([nic, links.length > 0, questions.length > 0]).toEqual([nic, true, true]);
  }
});

test("addresses in JSON are taken as the kernel and the configuration take them", async () => {
  const tables = tablesOf([
    {
      id: "X2",
      nic: "a DPU, the address of whose host a file in sysfs tells",
      devlink_port_show: [
        "pci/0000:03:00.0/262143: type eth netdev p0 flavour physical port 0",
        "pci/0000:03:00.0/196608: type eth netdev pf0hpf flavour pcipf pfnum 0",
      ],
      netdevs: [
        { name: "p0", ifindex: 2, address: "00:53:00:00:00:01" },
        { name: "pf0hpf", ifindex: 3, phys_port_name: "pf0" },
      ],
      smart_nic_pf_mac: { p0: "00:53:00:AA:00:01" },
      questions: [{ what: "the host's PF", "pf-mac": "00:53:00:aa:00:01", representor: "pf0hpf" }],
    },
    {
      id: "X3",
      nic: "a DPU whose host has no address, and its pinned one",
      devlink_port_show: [
        "pci/0000:03:00.0/262143: type eth netdev p0 flavour physical port 0",
        "pci/0000:03:00.0/196608: type eth netdev pf0hpf flavour pcipf pfnum 0",
      ],
      netdevs: [
        { name: "p0", ifindex: 2, address: "00:53:00:00:00:01" },
        { name: "pf0hpf", ifindex: 3, phys_port_name: "pf0" },
      ],
      smart_nic_pf_mac: { p0: "00:00:00:00:00:00" },
      pf: [{ device: "pci/0000:03:00.0", pf: 0, mac: "00-53-00-AA-00-02" }],
      questions: [
        { what: "no PF", "pf-mac": "00:00:00:00:00:00", representor: null },
        { what: "the host's PF", "pf-mac": "0053.00aa.0002", representor: "pf0hpf" },
      ],
    },
  ]);
  const answers = await Promise.all(tables.map(askNic));
  expect(answers.flat().map(({ netdev }) => netdev)).toEqual(["pf0hpf", null, "pf0hpf"]);
});

test("the same is read from JSON", async () => {
  const [table] = tablesOf([
    {
      id: "X1",
      nic: "a hypervisor",
      devlink_port_show: [
        "pci/0000:98:00.0/65535: type eth netdev up0 flavour physical port 0 splittable false",
        "pci/0000:98:00.0/1: type eth netdev rep0 flavour pcivf controller 0 pfnum 0 vfnum 0 external false",
        "  function: hw_addr 00:00:00:00:00:00",
      ],
      netdevs: [
        { name: "up0", ifindex: 2, address: "00:53:00:00:00:01", permanent_address: "00:53:00:00:00:02" },
        { name: "rep0", ifindex: 3, address: null, phys_port_name: "pf0vf0" },
      ],
      questions: [
        { what: "VF 0", "pf-mac": "00:53:00:00:00:02", "vf-num": "0", representor: "rep0" },
        { what: "VF 1", "pf-mac": "00:53:00:00:00:02", "vf-num": "1", representor: "rep0" },
      ],
    },
  ]);
  if (table === undefined) throw new Error("no table was read");
  expect((await askNic(table)).map(({ netdev }) => netdev)).toEqual(["rep0", null]);
});

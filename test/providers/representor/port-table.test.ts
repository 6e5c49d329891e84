/** The table of ports: what it answers, that it answers the same whatever the order, and what an event costs. */
import { describe, expect, test } from "bun:test";
import type { DevlinkPort } from "../../../src/netlink/devlink.ts";
import type { Link } from "../../../src/netlink/link.ts";
import type { PfPin } from "../../../src/providers/representor/config.ts";
import { PortTable } from "../../../src/providers/representor/port-table.ts";
import { checkProperty, type Random, shrinkList } from "../../support/random.ts";
import {
  device,
  hostMac,
  hostPf,
  hostPfLink,
  link,
  ofHost,
  port,
  uplink,
  uplinkLink,
  uplinkMac,
  vf,
  vfLink,
} from "./support/nic.ts";

function makeTable({
  pins = [],
  smartNic = {},
}: {
  pins?: readonly PfPin[];
  smartNic?: Record<string, string>;
} = {}) {
  const netdevs: string[] = [];
  const table = new PortTable({
    addresses: { pins, smartNic: (name) => smartNic[name] ?? null },
    onNetdev: (ifindex, present) => netdevs.push(`${present ? "+" : "-"}${ifindex}`),
    onRename: ({ name }) => netdevs.push(`=${name}`),
  });
  return { table, netdevs };
}

function tableOf(
  ports: readonly DevlinkPort[],
  links: readonly Link[],
  sources?: Parameters<typeof makeTable>[0],
): PortTable {
  const { table } = makeTable(sources);
  table.replace(ports, links);
  return table;
}

function find(table: PortTable, pfMac: string, number: number | null): string {
  const found = table.find({ pfMac, function: number === null ? { kind: "pf" } : { kind: "vf", number } });
  return found.ok ? found.value.link.name : found.error;
}

describe("the PF is known by", () => {
  test("the address of its port function, on a DPU", () => {
    const table = tableOf([uplink, hostPf, vf(3, ofHost)], [uplinkLink, hostPfLink, vfLink(3)]);
    expect(find(table, hostMac, 3)).toBe("pf0vf3");
    expect(find(table, hostMac, null)).toBe("pf0hpf");
  });

  test("the file in sysfs, on a DPU whose kernel tells no address", () => {
    const silent = { ...hostPf, function: { hardwareAddress: null, active: null } };
    const smartNic = { p0: hostMac };
    const table = tableOf([uplink, silent, vf(3, ofHost)], [uplinkLink, hostPfLink, vfLink(3)], { smartNic });
    expect(find(table, hostMac, 3)).toBe("pf0vf3");
  });

  test("the permanent address of the physical port, on a hypervisor", () => {
    expect(find(tableOf([uplink, vf(3)], [uplinkLink, vfLink(3)]), uplinkMac, 3)).toBe("pf0vf3");
  });

  test("the address in use where the driver tells no permanent one", () => {
    const bare = link(2, "p0", { address: uplinkMac });
    expect(find(tableOf([uplink, vf(3)], [bare, vfLink(3)]), uplinkMac, 3)).toBe("pf0vf3");
  });

  test("the only physical port, whatever its number", () => {
    expect(find(tableOf([{ ...uplink, number: 1 }, vf(3)], [uplinkLink, vfLink(3)]), uplinkMac, 3)).toBe(
      "pf0vf3",
    );
  });

  test("the physical port of its number, where there are several", () => {
    const other = port({ index: 1, number: 1, netdev: { ifindex: 3, name: "p1" } });
    const otherLink = link(3, "p1", { permanentAddress: hostMac });
    const onSecond = vf(3, { pf: 1 });
    const table = tableOf([uplink, other, onSecond], [uplinkLink, otherLink, vfLink(3)]);
    expect(find(table, hostMac, 3)).toBe("pf0vf3");
    expect(find(table, uplinkMac, 3)).toStartWith(`no PF with MAC address ${uplinkMac} is known`);
  });

  test("the configuration before all else, for all controllers or one", () => {
    const mac = "00:53:00:00:00:99";
    const ports = [uplink, hostPf, vf(3, ofHost)];
    const links = [uplinkLink, hostPfLink, vfLink(3)];
    expect(find(tableOf(ports, links, { pins: [{ device, pf: 0, mac }] }), mac, 3)).toBe("pf0vf3");
    const elsewhere = tableOf(ports, links, { pins: [{ device, pf: 0, controller: 2, mac }] });
    expect(find(elsewhere, hostMac, 3)).toBe("pf0vf3");
  });
});

describe("the reason says", () => {
  test("that there is no representor at all", () => {
    expect(find(tableOf([], []), hostMac, 0)).toBe(
      `no PF with MAC address ${hostMac} is known: the kernel shows no representor at all (is the NIC in switchdev mode?)`,
    );
  });

  test("which PFs there are", () => {
    expect(find(tableOf([uplink, vf(3)], [uplinkLink, vfLink(3)]), hostMac, 3)).toBe(
      `no PF with MAC address ${hostMac} is known: there are ${uplinkMac}`,
    );
  });

  test("why a PF has no address", () => {
    expect(find(tableOf([uplink, vf(3, ofHost)], [uplinkLink, vfLink(3)]), hostMac, 3)).toBe(
      `no PF with MAC address ${hostMac} is known: no PF has one; ${device} controller 1 pf 0 has none ` +
        "(it is another host's, and neither its port function nor smart_nic/pf/config of p0 tells its address)",
    );
  });

  test("that the PF has no such function yet", () => {
    expect(find(tableOf([uplink, vf(3)], [uplinkLink, vfLink(3)]), uplinkMac, 4)).toBe(
      `PF ${uplinkMac} (${device} pf 0) has no VF 4 among its 1 representors yet`,
    );
  });

  test("that the PF itself is not represented", () => {
    expect(find(tableOf([uplink, vf(3)], [uplinkLink, vfLink(3)]), uplinkMac, null)).toBe(
      `PF ${uplinkMac} (${device} pf 0) has no representor of its own here: give a VF or a sub-function`,
    );
  });

  test("that the port has no network device, or one that has gone", () => {
    const reason = `port ${device}/103 has no network device yet`;
    expect(find(tableOf([uplink, vf(3, { netdev: null })], [uplinkLink]), uplinkMac, 3)).toBe(reason);
    expect(find(tableOf([uplink, vf(3)], [uplinkLink]), uplinkMac, 3)).toBe(reason);
  });

  test("that several ports claim the function", () => {
    const twin = vf(3, { index: 900, netdev: { ifindex: 9, name: "twin" } });
    expect(find(tableOf([uplink, vf(3), twin], [uplinkLink, vfLink(3), link(9, "twin")]), uplinkMac, 3)).toBe(
      `VF 3 of PF ${uplinkMac} is ambiguous: ${device}/103, ${device}/900 all claim to represent it`,
    );
  });
});

describe("events", () => {
  test("may bring a function before its PF, and its PF before the network devices", () => {
    const { table } = makeTable();
    table.setPort(vf(3, ofHost));
    expect(find(table, hostMac, 3)).toStartWith("no PF");
    table.setPort(hostPf);
    expect(find(table, hostMac, 3)).toEndWith("has no network device yet");
    table.setLink(vfLink(3));
    expect(find(table, hostMac, 3)).toBe("pf0vf3");
  });

  test("that take a PF away leave its functions, unknown until it is back", () => {
    const table = tableOf([hostPf, vf(3, ofHost)], [hostPfLink, vfLink(3)]);
    table.removePort(hostPf);
    expect(find(table, hostMac, 3)).toStartWith("no PF");
    table.setPort(hostPf);
    expect(find(table, hostMac, 3)).toBe("pf0vf3");
  });

  test("that give the PF another address move all its functions", () => {
    const table = tableOf([hostPf, vf(3, ofHost)], [hostPfLink, vfLink(3)]);
    table.setPort({ ...hostPf, function: { hardwareAddress: uplinkMac, active: null } });
    expect(find(table, hostMac, 3)).toStartWith("no PF");
    expect(find(table, uplinkMac, 3)).toBe("pf0vf3");
  });

  test("rename", () => {
    const { table, netdevs } = makeTable();
    table.replace([uplink, vf(3)], [uplinkLink, vfLink(3)]);
    expect(table.setLink(vfLink(3, "enp3s0f0r3"))).toBe(true);
    expect(find(table, uplinkMac, 3)).toBe("enp3s0f0r3");
    expect(netdevs).toEqual(["+2", "+1003", "=enp3s0f0r3"]);
  });

  test("that change nothing for a port are no change", () => {
    const table = tableOf([uplink, vf(3)], [uplinkLink, vfLink(3)]);
    expect(table.setPort(vf(3))).toBe(false);
    expect(table.setLink(vfLink(3))).toBe(false);
    expect(table.setLink({ ...vfLink(3), master: 77 })).toBe(false);
    expect(table.setLink(link(77, "ovs-system", { kind: "openvswitch" }))).toBe(false);
    expect(table.removeLink(77)).toBe(false);
    expect(table.removePort({ device, index: 5 })).toBe(false);
  });

  test("tell of a port's network device once, when it comes and when it goes", () => {
    const { table, netdevs } = makeTable();
    table.setPort(vf(3, { netdev: null }));
    table.setPort(vf(3));
    table.setPort(vf(3, { external: true }));
    table.removePort(vf(3));
    expect(netdevs).toEqual(["+1003", "-1003"]);
  });
});

type Step =
  | { readonly kind: "port"; readonly port: DevlinkPort }
  | { readonly kind: "no port"; readonly port: DevlinkPort }
  | { readonly kind: "link"; readonly link: Link }
  | { readonly kind: "no link"; readonly ifindex: number };

const macs = [hostMac, uplinkMac, "00:53:00:00:00:03"];

function makeStep(random: Random): Step {
  const index = random.int(8);
  const ifindex = 1 + random.int(6);
  const flavour = random.pick(["physical", "pcipf", "pcivf", "pcivf", "pcisf", null] as const);
  const mac = () => (random.chance(0.4) ? null : random.pick(macs));
  switch (random.pick(["port", "port", "no port", "link", "link", "no link"] as const)) {
    case "port":
      return {
        kind: "port",
        port: port({
          device: random.pick([device, "pci/0000:04:00.0"]),
          index,
          flavour,
          number: flavour === "physical" ? random.int(2) : null,
          controller: random.int(2),
          external: random.chance(0.3),
          pf: flavour === "physical" ? null : random.int(2),
          vf: flavour === "pcivf" ? random.int(3) : null,
          sf: flavour === "pcisf" ? random.int(3) : null,
          netdev: random.chance(0.2) ? null : { ifindex, name: `n${ifindex}` },
          function: { hardwareAddress: flavour === "pcipf" ? mac() : null, active: null },
        }),
      };
    case "no port":
      return { kind: "no port", port: port({ index }) };
    case "link":
      return {
        kind: "link",
        link: link(ifindex, `n${ifindex}-${random.int(2)}`, { address: mac(), permanentAddress: mac() }),
      };
    case "no link":
      return { kind: "no link", ifindex };
  }
}

const smartNic = { "n1-1": hostMac };

/** Everything that a table can be asked. */
function everyAnswer(table: PortTable): string {
  const functions = [
    { kind: "pf" } as const,
    ...[0, 1, 2].flatMap((number) => [{ kind: "vf", number } as const, { kind: "sf", number } as const]),
  ];
  const found = macs.flatMap((pfMac) => functions.map((wanted) => table.find({ pfMac, function: wanted })));
  return Bun.inspect([found, table.rows()], { depth: 8 });
}

test("after any history the table is the one that a dump of the same kernel gives", () => {
  checkProperty<readonly Step[]>({
    cases: 300,
    generate: (random) => random.list(1 + random.int(40), () => makeStep(random)),
    failure(steps) {
      const { table } = makeTable({ smartNic });
      const ports = new Map<string, DevlinkPort>();
      const links = new Map<number, Link>();
      for (const step of steps) {
        const before = everyAnswer(table);
        const changed = apply(step, table, ports, links);
        if (!changed && everyAnswer(table) !== before)
          return `${JSON.stringify(step)} changed it and said it did not`;
      }
      const dumped = tableOf([...ports.values()].reverse(), [...links.values()].reverse(), { smartNic });
      const [kept, fresh] = [everyAnswer(table), everyAnswer(dumped)];
      return kept === fresh ? undefined : `kept: ${kept}\nfrom a dump: ${fresh}`;
    },
    shrink: shrinkList,
    format: (steps) => steps.map((step) => JSON.stringify(step)).join("\n"),
  });
});

function apply(
  step: Step,
  table: PortTable,
  ports: Map<string, DevlinkPort>,
  links: Map<number, Link>,
): boolean {
  switch (step.kind) {
    case "port":
      ports.set(`${step.port.device}/${step.port.index}`, step.port);
      return table.setPort(step.port);
    case "no port":
      ports.delete(`${step.port.device}/${step.port.index}`);
      return table.removePort(step.port);
    case "link":
      links.set(step.link.ifindex, step.link);
      return table.setLink(step.link);
    case "no link":
      links.delete(step.ifindex);
      for (const [name, port] of ports) {
        if (port.netdev?.ifindex === step.ifindex) ports.set(name, { ...port, netdev: null });
      }
      return table.removeLink(step.ifindex);
  }
}

test("a VF's event asks nothing of sysfs, however many VFs there are", () => {
  let asked = 0;
  const table = new PortTable({
    addresses: {
      pins: [],
      smartNic() {
        asked++;
        return null;
      },
    },
    onNetdev() {},
    onRename() {},
  });
  const vfs = Array.from({ length: 1024 }, (_, number) => vf(number));
  table.replace([uplink, ...vfs], [uplinkLink, ...vfs.map((_, number) => vfLink(number))]);
  const forTheDump = asked;
  expect(forTheDump).toBeLessThan(5);
  for (const one of vfs) table.removePort(one);
  expect(asked).toBe(forTheDump);
});

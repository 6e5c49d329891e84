/**
 * A NIC as people see it: the lines of `devlink port show`, the network devices, and who has to answer what. In a file of
 * the folder `nics` as text, or in JSON as `npm run nics` takes it from outside.
 */
import * as v from "valibot";
import type { DevlinkPort, Flavour } from "../../../../src/netlink/devlink.ts";
import type { Link } from "../../../../src/netlink/link.ts";
import { formatMac, macBytes, parseMac } from "../../../../src/netlink/mac.ts";
import { type RepresentorOptions, representorKeys } from "../../../../src/providers/representor/config.ts";
import { link, port } from "./nic.ts";

export interface Question {
  readonly what: string;
  /** The logical port's options, without their prefix. */
  readonly options: Readonly<Record<string, string>>;
  /** The network device that is right; null: none, with a reason. */
  readonly representor: string | null;
}

export interface NicTable {
  readonly nic: string;
  readonly ports: readonly DevlinkPort[];
  /** By devlink device: those that are parts of it. */
  readonly nested: Readonly<Record<string, readonly string[]>>;
  readonly links: readonly Link[];
  /** What the file in sysfs says, by the uplink's name. */
  readonly smartNic: Readonly<Record<string, string | null>>;
  /** What ETHTOOL_GPERMADDR says, by name. */
  readonly permanent: Readonly<Record<string, string | null>>;
  readonly options: Partial<RepresentorOptions>;
  readonly questions: readonly Question[];
}

const text = v.nullish(v.string(), null);
/** As the kernel's bytes become one: in any usual form, and all zeros are none. */
const mac = v.pipe(
  text,
  v.transform((given) => {
    const parsed = parseMac(given ?? "");
    return parsed === null ? null : formatMac(macBytes(parsed));
  }),
);
/** As the configuration file is read. */
const configured = v.object({ pf: representorKeys.pf, devices: representorKeys.devices });
const jsonTable = v.object({
  id: v.string(),
  nic: v.string(),
  devlink_port_show: v.array(v.string()),
  netdevs: v.array(
    v.object({
      name: v.string(),
      ifindex: v.number(),
      address: mac,
      permanent_address: mac,
      ethtool_permanent_address: mac,
      phys_port_name: text,
      phys_switch_id: text,
      parent_pci: text,
    }),
  ),
  smart_nic_pf_mac: v.optional(v.record(v.string(), mac), {}),
  ...configured.entries,
  questions: v.array(
    v.pipe(
      v.objectWithRest(
        { what: v.string(), representor: v.nullable(v.string()) },
        v.union([v.string(), v.number()]),
      ),
      v.transform(({ what, representor, ...options }): Question => {
        const texts = Object.entries(options).map(([key, value]) => [key, String(value)]);
        return { what, representor, options: Object.fromEntries(texts) };
      }),
    ),
  ),
});

/** @throws ValiError when it is not of that form */
export function tablesOf(json: unknown): readonly NicTable[] {
  return v.parse(v.array(jsonTable), json).map((table): NicTable => {
    const indexes = new Map(table.netdevs.map(({ name, ifindex }) => [name, ifindex]));
    return {
      nic: `${table.id} ${table.nic}`,
      ports: parsePorts(table.devlink_port_show, indexes),
      nested: {},
      links: table.netdevs.map((netdev) =>
        link(netdev.ifindex, netdev.name, {
          address: netdev.address,
          permanentAddress: netdev.permanent_address,
          portName: netdev.phys_port_name,
          switchId: netdev.phys_switch_id,
          parent: parentOf(netdev.parent_pci),
        }),
      ),
      smartNic: table.smart_nic_pf_mac,
      permanent: Object.fromEntries(table.netdevs.map((one) => [one.name, one.ethtool_permanent_address])),
      options: { pf: table.pf ?? [], devices: table.devices ?? [] },
      questions: table.questions,
    };
  });
}

function parentOf(name: string | null): string | null {
  if (name === null || name.includes("/")) return name;
  return /^[0-9a-f]{4,8}:/i.test(name) ? `pci/${name}` : `auxiliary/${name}`;
}

/**
 * A file of the folder `nics`: `# what it is`, the lines of `devlink port show`, then lines that begin with `netdev`,
 * `nested`, `smart_nic`, `pf`, `device` or `ask`.
 */
export function parseTable(source: string): NicTable {
  const lines = source.split("\n").filter((line) => line.trim() !== "");
  const begins = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).map(words);
  const netdevs = begins("netdev").map(([, ifindex = "", name = "", ...rest]) => ({
    ifindex: Number(ifindex),
    name,
    facts: pairsOf(rest),
  }));
  const indexes = new Map(netdevs.map(({ name, ifindex }) => [name, ifindex]));
  return {
    nic: lines[0]?.replace(/^# /, "") ?? "",
    ports: parsePorts(
      lines.filter((line) => /^(\S+\/\S+\/\d+:|\s)/.test(line)),
      indexes,
    ),
    nested: Object.fromEntries(begins("nested").map(([, device = "", ...parts]) => [device, parts])),
    links: netdevs.map(({ ifindex, name, facts }) =>
      link(ifindex, name, {
        address: facts.address ?? null,
        permanentAddress: facts.permanent ?? null,
        portName: facts.port ?? null,
        switchId: facts.switch ?? null,
        parent: facts.parent ?? null,
      }),
    ),
    smartNic: Object.fromEntries(begins("smart_nic").map(([, uplink = "", mac = ""]) => [uplink, mac])),
    permanent: Object.fromEntries(netdevs.map(({ name, facts }) => [name, facts.ethtool ?? null])),
    options: v.parse(configured, {
      pf: begins("pf").map(([, device = "", ...rest]) => {
        const { number = "0", controller, mac = "" } = pairsOf(rest);
        return {
          device,
          pf: Number(number),
          mac,
          ...(controller === undefined ? {} : { controller: Number(controller) }),
        };
      }),
      devices: begins("device").map(([, device = ""]) => ({ device, vf_base: 1 })),
    }),
    questions: lines.flatMap((line) => {
      const [, what, options, representor] = /^ask (.*): (\S.*) -> (\S+)$/.exec(line) ?? [];
      if (what === undefined || options === undefined || representor === undefined) return [];
      return [
        { what, options: optionsOf(options), representor: representor === "none" ? null : representor },
      ];
    }),
  };
}

function words(line: string): readonly string[] {
  return line.trim().split(/\s+/);
}

function pairsOf(list: readonly string[]): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (let at = 0; at + 1 < list.length; at += 2) pairs[list[at] ?? ""] = list[at + 1] ?? "";
  return pairs;
}

function optionsOf(list: string): Readonly<Record<string, string>> {
  return Object.fromEntries(words(list).map((word) => word.split("=", 2)));
}

const FLAVOURS: ReadonlySet<string> = new Set([
  "physical",
  "cpu",
  "dsa",
  "pcipf",
  "pcivf",
  "virtual",
  "pcisf",
]);

function isFlavour(word: string | undefined): word is Flavour {
  return word !== undefined && FLAVOURS.has(word);
}

/** The lines of `devlink port show`; what is indented is of the port above it: its function, and what newer versions print below. */
function parsePorts(lines: readonly string[], indexes: ReadonlyMap<string, number>): readonly DevlinkPort[] {
  const ports: DevlinkPort[] = [];
  for (const line of lines) {
    const last = ports.at(-1);
    if (/^\s/.test(line) && last !== undefined) {
      const { hw_addr, state } = pairsOf(words(line.replace(/^\s+function:/, "")));
      const { hardwareAddress, active } = last.function;
      ports[ports.length - 1] = {
        ...last,
        function: {
          hardwareAddress: v.parse(mac, hw_addr) ?? hardwareAddress,
          active: state === undefined ? active : state === "active",
        },
      };
      continue;
    }
    const [, device = "", index = "", rest = ""] = /^(\S+)\/(\d+):\s*(.*)$/.exec(line) ?? [];
    const said = pairsOf(words(rest));
    const number = (key: string) => (said[key] === undefined ? null : Number(said[key]));
    const controller = number("controller");
    const ifindex = indexes.get(said.netdev ?? "");
    ports.push(
      port({
        device,
        index: Number(index),
        flavour: isFlavour(said.flavour) ? said.flavour : null,
        number: number("port"),
        controller: controller ?? 0,
        external:
          said.external === undefined
            ? controller === null
              ? null
              : controller !== 0
            : said.external === "true",
        pf: number("pfnum"),
        vf: number("vfnum"),
        sf: number("sfnum"),
        netdev: ifindex === undefined ? null : { ifindex, name: said.netdev ?? "" },
      }),
    );
  }
  return ports;
}

/** What can happen around a chassis, as plain data: a history is made without knowing how it will go. */
import type { Random } from "../../support/random.ts";
import type { Device } from "./devices.ts";

export const LPORTS = ["a", "b", "c", "d"] as const;
/** Few, so that logical ports get into each other's way. */
const NAMES = ["eth0", "eth1", "eth2", ...LPORTS] as const;
const TYPES = ["dummy", "nic"] as const;

/** A logical switch port as the CMS makes it. */
export interface LogicalPort {
  readonly plugType: string | null;
  /** Chassis names or hostnames in the order of `requested-chassis`; null: no such option. */
  readonly requested: string | null;
  readonly mtu: string | null;
  readonly mode: string | null;
  readonly kind: "vif" | "patch" | "child";
}

/** The names of the chassis that have bound a logical port. */
export interface Bound {
  readonly main: string | null;
  readonly additional: readonly string[];
}

/** Interfaces, ports and logical ports in flight are meant by their place in a list that is as long as it is. */
export type Action =
  | { readonly do: "set lport"; readonly lport: string; readonly to: LogicalPort }
  | { readonly do: "move lport"; readonly lport: string; readonly requested: string }
  | { readonly do: "delete lport"; readonly lport: string }
  /** ovn-controllers bind it where these say. */
  | { readonly do: "bind lport"; readonly lport: string; readonly to: Bound }
  | { readonly do: "add interface"; readonly name: string; readonly ids: Ids; readonly to: Place }
  | { readonly do: "delete port"; readonly at: number }
  | { readonly do: "edit interface"; readonly at: number; readonly edit: InterfaceEdit }
  | { readonly do: "bond" | "move port" | "hold twice"; readonly at: number }
  | { readonly do: "device"; readonly lport: string; readonly to: Device }
  /** Two logical ports are to have each other's interface. */
  | { readonly do: "exchange"; readonly lports: readonly [string, string] }
  | { readonly do: "finish"; readonly at: number; readonly how: Finish }
  /** The device of a logical port becomes another one, and another program puts back what was there after each write. */
  | { readonly do: "undo"; readonly lport: string; readonly to: Device; readonly times: number }
  | { readonly do: "settings"; readonly to: SettingsEdit }
  | { readonly do: "register" | "unregister"; readonly type: string }
  | { readonly do: "open_vswitch"; readonly key: string; readonly value: string | null }
  | { readonly do: Plain };

type Plain = (typeof PLAIN)[number];
export type Ids = Readonly<Record<string, string>>;
export type Place = "integration bridge" | "other bridge";
/** `answer lost`: the change was written, and its outcome never heard of. */
export type Finish = "commit" | "refuse" | "lose" | "answer lost";
export type SettingsEdit = Partial<{
  onWithdraw: "unplug" | "keep";
  onRename: "replug" | "report";
  additionalChassis: boolean;
  maxUnplugPercent: number;
  chassis: string | null;
  bridge: string | null;
}>;
export type InterfaceEdit =
  | { readonly column: "type" | "error"; readonly value: string }
  | { readonly column: "mtu_request" | "ofport"; readonly value: number | null }
  | {
      readonly column: "external_ids" | "options" | "other_config";
      readonly key: string;
      readonly value: string | null;
    };

/** `run: false`: what happens next arrives before the graph has run. */
export type Step = Action & { readonly run: boolean };

/** What has no details, the more frequent the more often it is named. */
const PLAIN = [
  ...repeat(24, "catch up"),
  ...repeat(6, "send"),
  ...repeat(5, "acknowledge"),
  ...repeat(5, "answer"),
  ...repeat(3, "find local"),
  ...repeat(3, "find southbound"),
  ...repeat(3, "get lock"),
  ...repeat(3, "add chassis"),
  ...repeat(3, "add bridge"),
  ...repeat(3, "start northd"),
  ...([
    "lose local",
    "lose southbound",
    "lose lock",
    "delete chassis",
    "delete bridge",
    "stop northd",
  ] as const),
  ...repeat(4, "know cluster"),
  ...repeat(3, "rename host"),
  ...(["meet cluster", "wipe southbound", "change datapath", "change options"] as const),
  ...(["try again", "forget attempts", "confirm unplug", "recompute"] as const),
];

function repeat<const T>(times: number, one: T): readonly T[] {
  return new Array(times).fill(one);
}

type Maker = (random: Random) => Action;
const flip = <T>(random: Random, probability: number, value: T): T | null =>
  random.chance(probability) ? value : null;

function logicalPort(random: Random): LogicalPort {
  return {
    plugType: flip(random, 0.85, random.pick([...TYPES, ...TYPES, "dummy", "ghost"])),
    requested: flip(
      random,
      0.9,
      random.pick([
        ...repeat(4, "hv1"),
        ...([
          "host1",
          "host1",
          "HOST1",
          "host1.example",
          "host1,hv2",
          "hv2",
          "hv2",
          "hv2,hv1",
          "hv1,hv2",
        ] as const),
      ]),
    ),
    mtu: flip(random, 0.3, random.pick(["1400", "1500", "0", "x"])),
    mode: flip(random, 0.2, random.pick(["fast", "slow"])),
    kind: random.chance(0.92) ? "vif" : random.pick(["patch", "child"]),
  };
}

function boundTo(random: Random): Bound {
  return random.pick<Bound>([
    { main: null, additional: [] },
    { main: "hv1", additional: [] },
    { main: "hv2", additional: [] },
    { main: "hv2", additional: ["hv1"] },
    { main: null, additional: ["hv2"] },
  ]);
}

function device(random: Random): Device {
  return {
    mood: random.pick(["ready", "ready", "ready", "ready", "not ready", "broken", "throws"]),
    name: random.pick([...NAMES, "eth0", "eth0"]),
    type: random.pick(["internal", ""]),
    options: random.chance(0.3) ? { key: random.pick(["1", "2"]) } : {},
    lets: random.chance(0.85),
    knowsOthers: random.chance(0.25),
  };
}

function externalIds(random: Random): Ids {
  return {
    ...(random.chance(0.85) ? { "iface-id": random.pick(LPORTS) } : {}),
    ...(random.chance(0.7) ? { "ovn-plugged": random.pick([...TYPES, "ghost"]) } : {}),
  };
}

function interfaceEdit(random: Random): InterfaceEdit {
  const makers: readonly (() => InterfaceEdit)[] = [
    () => ({ column: "type", value: random.pick(["", "internal", "geneve"]) }),
    () => ({ column: "error", value: random.pick(["", "no such device"]) }),
    () => ({ column: "mtu_request", value: random.pick([null, 1400, 9000]) }),
    () => ({ column: "ofport", value: random.pick([null, -1, 7]) }),
    () => ({ column: "external_ids", key: "ovn-installed", value: "true" }),
    () => ({ column: "external_ids", key: "iface-id", value: flip(random, 0.6, random.pick(LPORTS)) }),
    () => ({ column: "external_ids", key: "ovn-plugged", value: flip(random, 0.6, random.pick(TYPES)) }),
    () => ({ column: "options", key: random.pick(["mode", "key", "peer"]), value: flip(random, 0.6, "odd") }),
    () => ({ column: "other_config", key: random.pick(["color", "x"]), value: flip(random, 0.6, "odd") }),
  ];
  return random.pick(makers)();
}

function settingsEdit(random: Random): SettingsEdit {
  return random.pick<SettingsEdit>([
    { onWithdraw: "keep" },
    { onWithdraw: "unplug" },
    { onRename: "report" },
    { onRename: "replug" },
    { maxUnplugPercent: random.pick([30, 0]) },
    { maxUnplugPercent: random.pick([100, 50]) },
    { additionalChassis: random.chance(0.5) },
    { chassis: random.pick([null, null, "hv2"]) },
    { bridge: random.pick([null, null, "br-other"]) },
  ]);
}

function openVSwitchEdit(random: Random): Action {
  const [key, value] = random.pick([
    ["color", random.pick(["red", "blue", null])],
    ["ovn-bridge", random.pick(["br-int", "br-int", "br-other", "br-none"])],
    ["system-id", random.pick(["hv1", "hv1", "hv1", "hv2", null])],
  ] as const);
  return { do: "open_vswitch", key, value };
}

/** Each kind of action with how often it comes, in parts of the sum. */
const MAKERS: readonly (readonly [number, Maker])[] = [
  [
    10,
    (random) => ({ do: "move lport", lport: random.pick(LPORTS), requested: random.pick(["hv1", "hv2"]) }),
  ],
  [15, (random) => ({ do: "set lport", lport: random.pick(LPORTS), to: logicalPort(random) })],
  [4, (random) => ({ do: "delete lport", lport: random.pick(LPORTS) })],
  [10, (random) => ({ do: "bind lport", lport: random.pick(LPORTS), to: boundTo(random) })],
  [
    6,
    (random) => ({
      do: "add interface",
      name: random.pick([...NAMES, "tap0"]),
      ids: externalIds(random),
      to: random.chance(0.8) ? "integration bridge" : "other bridge",
    }),
  ],
  [3, (random) => ({ do: "delete port", at: random.int(8) })],
  [8, (random) => ({ do: "edit interface", at: random.int(8), edit: interfaceEdit(random) })],
  [3, (random) => ({ do: random.pick(["bond", "move port", "hold twice"] as const), at: random.int(8) })],
  [9, (random) => ({ do: "device", lport: random.pick(LPORTS), to: device(random) })],
  [4, (random) => ({ do: "exchange", lports: [random.pick(LPORTS), random.pick(LPORTS)] })],
  [
    14,
    (random) => ({
      do: "finish",
      at: random.int(4),
      how: random.pick(["commit", "commit", "commit", "commit", "refuse", "lose", "answer lost"] as const),
    }),
  ],
  [2, (random) => ({ do: "undo", lport: random.pick(LPORTS), to: device(random), times: 2 + random.int(4) })],
  [4, (random) => ({ do: "settings", to: settingsEdit(random) })],
  [
    2,
    (random) => ({
      do: random.pick(["register", "register", "unregister"] as const),
      type: random.pick(TYPES),
    }),
  ],
  [3, openVSwitchEdit],
  [40, (random) => ({ do: random.pick(PLAIN) })],
];

const SUM = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

export function randomStep(random: Random): Step {
  let at = random.int(SUM);
  for (const [weight, make] of MAKERS) {
    if (at < weight) return { ...make(random), run: random.chance(0.7) };
    at -= weight;
  }
  throw new RangeError("the weights do not add up");
}

export function formatSteps(steps: readonly Step[]): string {
  return steps.map((step) => JSON.stringify(step)).join("\n");
}

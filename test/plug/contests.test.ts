// Rule P6 as a pure function: what each logical port has and wants, and who gets which interface name.
import { describe, expect, test } from "bun:test";
import type { Attempt } from "../../src/plug/attempt.ts";
import type { Change, Remove } from "../../src/plug/change.ts";
import { Contests } from "../../src/plug/contest.ts";
import type { ContestFacts } from "../../src/plug/contest-ports.ts";
import { gatherAdvice } from "../../src/plug/gather-advice.ts";
import type { Intent } from "../../src/plug/intent.ts";
import { makeLport } from "../../src/plug/lport.ts";
import { classify, type ObservedInterface } from "../../src/plug/observed-interface.ts";
import { recordedProvider, registryOf } from "../support/providers.ts";
import { bridgeRow, openVSwitchRow, pluggedRow, portRow, uuid, wantedRow } from "../support/rows.ts";

const BRIDGE = { uuid: bridgeRow()._uuid, name: "br-int" };

interface Port {
  /** The interfaces that carry its iface-id. */
  readonly has?: readonly string[];
  /** The name that its provider answers; absent: it is to go. */
  readonly wants?: string;
  readonly isNotReady?: true;
  /** Interfaces that its provider does not let go. */
  readonly keeps?: readonly string[];
  /** Interfaces with its iface-id that are not ours, because their ports have others besides. */
  readonly shares?: readonly string[];
  readonly attempt?: "moving" | "refused" | "undone" | Attempt;
  readonly isHeld?: true;
  /** What becomes of a port that wants nothing; absent: it is gone for certain. */
  readonly becomes?: "withdrawn" | "uncertain" | "staying";
}

/** Who has which interface, and who wants which. */
function cloud(ports: Readonly<Record<string, Port>>, settings: { onRename?: "report" } = {}) {
  const names = Object.entries(ports).flatMap(([, { has = [], shares = [] }]) => [...has, ...shares]);
  const observe = (lport: string, name: string, isShared: boolean): ObservedInterface => {
    const index = names.indexOf(name);
    const interfaces = isShared ? [uuid(0x200 + index), uuid(0x900)] : [uuid(0x200 + index)];
    const port = portRow({ _uuid: uuid(0x300 + index), name, interfaces: new Set(interfaces) });
    const bridge = bridgeRow({ ports: new Set([port._uuid]) });
    return classify(pluggedRow(lport, { _uuid: uuid(0x200 + index), name }), port, bridge);
  };
  const observed = new Map<string, ObservedInterface>();
  for (const [lport, { has = [], shares = [] }] of Object.entries(ports)) {
    for (const name of has) observed.set(name, observe(lport, name, false));
    for (const name of shares) observed.set(name, observe(lport, name, true));
  }
  const { provider } = recordedProvider("dummy", {
    prepare({ operation, lport, interface: current }) {
      const port = ports[lport.name] ?? {};
      if (operation === "remove") {
        const name = current?.name ?? "";
        if (port.keeps?.includes(name)) return { ready: false, reason: `${name} is in use` };
        return { ready: true };
      }
      if (port.isNotReady) return { ready: false, reason: "it is not there yet" };
      return { ready: true, interface: { name: port.wants ?? "", type: "internal", options: {} } };
    },
  });
  const registry = registryOf(provider);
  const asking = {
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    forPlugType: (type: string) => registry.forPlugType(type),
    refused: () => [],
    lookup: () => 0,
  };
  const intentOf = (name: string, { has = [], shares = [], wants, isNotReady, becomes }: Port): Intent => {
    const binding = wants === undefined && !isNotReady ? null : wantedRow({}, { logical_port: name });
    const found = [...has, ...shares].flatMap((one) => observed.get(one) ?? []);
    const lport = makeLport(name, binding, found);
    if (binding !== null) return { kind: "plug", lport, plugType: "dummy", binding };
    const rest = { lport, plugType: "dummy", reason: "it is gone" };
    if (becomes === "staying") return { kind: "stay", ...rest };
    const ground = becomes === "withdrawn" ? "withdrawn" : "absent";
    return { kind: "unplug", ...rest, binding, ground, isCertain: becomes !== "uncertain" };
  };
  const intents = new Map(Object.entries(ports).map(([name, port]) => [name, intentOf(name, port)]));
  const advice = new Map(
    [...intents].map(([name, intent]) => [name, gatherAdvice(intent, 0, asking, undefined)]),
  );
  /** The port's own change: it becomes, or takes over, what its provider answers, in the interface of that name. */
  const changeOf = (name: string, target: string | undefined): Change => {
    const held = advice.get(name);
    const { interface: row, port } = observed.get(target ?? "") ?? {};
    if (held?.kind !== "asked" || row === undefined || !port) throw new Error(`${name} changes nothing`);
    const { desired } = held.main;
    if (desired !== null) return { kind: "update", desired, interface: row, edit: {} };
    return { kind: "remove", lport: name, plugType: "dummy", bridge: BRIDGE, interface: row, port };
  };
  const attemptOf = (name: string): Attempt | undefined => {
    const { attempt, wants, has = [] } = ports[name] ?? {};
    if (typeof attempt !== "string") return attempt;
    if (attempt === "moving") {
      const held = advice.get(name);
      if (held === undefined) throw new Error(`${name} was not asked`);
      // A port that has an interface is writing that one; one that has none takes what it wants.
      return { phase: "in-flight", nonce: 0, change: changeOf(name, has[0] ?? wants), advice: held };
    }
    if (attempt === "refused")
      return { phase: "failed", nonce: 0, change: changeOf(name, wants), error: "no" };
    const held = advice.get(name);
    const desired = held?.kind === "asked" ? held.main.desired : null;
    if (desired === null) throw new Error(`nothing is desired for ${name}`);
    return { phase: "idle", nonce: 0, written: { desired, bridge: null, times: new Map([["type", 4]]) } };
  };
  const facts: ContestFacts = {
    onRename: settings.onRename ?? "replug",
    holder: (name) => observed.get(name),
    claimants: (name) =>
      Object.keys(ports).filter((lport) => {
        const held = advice.get(lport);
        return held?.kind === "asked" && held.claim === name;
      }),
    intent: (lport) => intents.get(lport),
    advice: (lport) => advice.get(lport),
    attempt: attemptOf,
    isHeld: (lport) => ports[lport]?.isHeld === true,
  };
  const contests = new Contests(facts);
  const interfaceNamed = (name: string) => {
    const found = observed.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  return { contests, advice, interfaceNamed };
}

describe("who moves together", () => {
  test("are all members of a chain whose end is free, whichever is asked", () => {
    const { contests } = cloud({
      p: { has: ["a"], wants: "b" },
      q: { has: ["b"], wants: "c" },
      r: { has: ["c"], wants: "d" },
    });
    const together = ["p", "q", "r"];
    expect(contests.contest("p", "b")).toMatchObject({
      ...{ kind: "take", from: "q", together },
      ...{ refused: null, isInTurn: true },
    });
    expect(contests.contest("r", "d")).toMatchObject({ kind: "free", together, refused: null });
  });

  test("are all members of a circle, which only they are in", () => {
    const { contests } = cloud({
      p: { has: ["a"], wants: "b" },
      q: { has: ["b"], wants: "a" },
      r: { has: ["c"], wants: "d" },
    });
    expect(contests.contest("p", "b")).toMatchObject({ kind: "take", from: "q", together: ["p", "q"] });
    expect(["p", "q", "r", "nobody"].map((lport) => contests.isInCircle(lport))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("waits while a change to what one of them leaves is on its way, because the server may refuse that change", () => {
    const { contests } = cloud({
      p: { has: ["a"], wants: "b" },
      q: { wants: "a", attempt: "moving" },
    });
    expect(contests.contest("p", "b")).toEqual({
      kind: "lost",
      reason: "logical port q moves with it, and its change is on its way",
    });
    expect(contests.taker("p")).toBe("q");
  });
});

describe("an interface is left to another logical port", () => {
  test("only where there is one: a port that has none, or is unknown, leaves nothing", () => {
    const { contests } = cloud({ p: { has: ["a"], wants: "a" }, q: { wants: "b" } });
    expect(["p", "q", "nobody"].map((lport) => contests.taker(lport))).toEqual([null, null, null]);
  });

  test("not while that port's own interface is being written: it cannot move then", () => {
    const { contests, interfaceNamed } = cloud({
      p: { has: ["a"], wants: "b", attempt: "moving" },
      q: { has: ["b"] },
    });
    expect(contests.takerOf(interfaceNamed("b"))).toBeNull();
    expect(contests.contest("p", "b")).toEqual({ kind: "lost", reason: "its change is on its way" });
  });

  test("not by one that was refused: all that want it were, the first is told so, and nobody keeps the interface", () => {
    const { contests, interfaceNamed } = cloud({
      p: { wants: "a", attempt: "refused" },
      q: { wants: "a", attempt: "refused" },
      r: { has: ["a"] },
    });
    expect(contests.contest("p", "a")).toMatchObject({ kind: "take", from: "r", refused: "p" });
    expect(contests.contest("q", "a")).toMatchObject({ kind: "lost" });
    expect(contests.takerOf(interfaceNamed("a"))).toBeNull();
  });

  test("as long as it is not ours nobody gets it, also not when its port would move", () => {
    const { contests } = cloud({
      p: { wants: "b" },
      q: { has: ["a"], shares: ["b"], wants: "c" },
    });
    const reason = expect.stringContaining("an interface b exists that was not plugged for OVN");
    expect(contests.contest("p", "b")).toEqual({ kind: "lost", reason });
  });
});

describe("of a logical port with several interfaces", () => {
  test("that moves to another one each may change hands, as its provider said when asked to remove that very one", () => {
    const { contests } = cloud({ p: { wants: "y" }, q: { has: ["x", "y"], wants: "z" } });
    const won = contests.contest("p", "y");
    expect(won).toMatchObject({ kind: "take", from: "q", together: ["p", "q"] });
    expect(won).toMatchObject({
      leaving: { question: { operation: "remove", interface: { name: "y" } }, answer: { kind: "unplug" } },
    });
  });

  test("one that its provider does not let go stays, for that reason", () => {
    const { contests } = cloud({ p: { wants: "y" }, q: { has: ["x", "y"], wants: "z", keeps: ["y"] } });
    expect(contests.contest("p", "y")).toEqual({
      kind: "lost",
      reason: "interface y is plugged for logical port q, and stays: y is in use",
    });
  });

  test("what is left over goes back without anybody being asked, but not while its port's change is on its way", () => {
    const ports = { p: { wants: "y" }, q: { has: ["x", "y"], wants: "x" } };
    expect(cloud(ports).contests.contest("p", "y")).toMatchObject({ kind: "take", from: "q", leaving: null });
    const moving = cloud({ ...ports, q: { ...ports.q, attempt: "moving" } });
    const reason = "interface y is plugged for logical port q";
    expect(moving.contests.contest("p", "y")).toEqual({ kind: "lost", reason });
  });
});

describe("the interface of a logical port that is to go", () => {
  const p = { wants: "b" };
  const q = { has: ["b"] };
  const lost = { kind: "lost", reason: "interface b is plugged for logical port q" } as const;

  test("is taken over, with what its provider said to the removal", () => {
    expect(cloud({ p, q }).contests.contest("p", "b")).toMatchObject({
      kind: "take",
      from: "q",
      leaving: { question: { lport: "q", operation: "remove" }, answer: { kind: "unplug" } },
    });
  });

  test.each<[string, Port]>([
    ["while it is held", { ...q, isHeld: true }],
    ["while its plug type was withdrawn and it is still bindable", { ...q, becomes: "withdrawn" }],
    ["before it is certain", { ...q, becomes: "uncertain" }],
    ["when it stays", { ...q, becomes: "staying" }],
    ["while its provider does not let it go", { ...q, keeps: ["b"] }],
    ["when it is not the one that goes first", { has: ["a", "b"] }],
    ["while its removal is on its way", { ...q, attempt: "moving" }],
  ])("is not taken over %s", (_, port) => {
    expect(cloud({ p, q: port }).contests.contest("p", "b")).toEqual(lost);
  });

  test("is not taken over before its provider was asked, or when there is none", () => {
    const { contests, advice } = cloud({ p, q });
    advice.delete("q");
    expect(contests.contest("p", "b")).toEqual(lost);
    const other = cloud({ p, q });
    other.advice.set("q", { kind: "no-provider", plugType: "dummy", refused: null });
    expect(other.contests.contest("p", "b")).toEqual(lost);
  });
});

describe("what the server has refused", () => {
  /** p, which wants b, was refused a change of this kind; what is there now may be another thing. */
  function refusedTo(change: "create" | "take" | "remove", now: Readonly<Record<string, Port>>) {
    const before = cloud({ p: { wants: "b" }, q: { has: ["b"] } });
    const held = before.advice.get("p");
    const desired = held?.kind === "asked" ? held.main.desired : null;
    if (desired === null) throw new Error("nothing is desired");
    const { interface: row, port } = before.interfaceNamed("b");
    if (port === null) throw new Error("nobody holds b");
    const refused = {
      create: { kind: "create", desired, bridge: BRIDGE },
      take: { kind: "update", desired, interface: row, edit: {} },
      remove: { kind: "remove", lport: "p", plugType: "dummy", bridge: BRIDGE, interface: row, port },
    } as const;
    const attempt = { phase: "failed", nonce: 0, error: "no", change: refused[change] } as const;
    return cloud({ p: { wants: "b", attempt }, ...now }).contests.contest("p", "b");
  }

  test("is told of the very same change", () => {
    expect(refusedTo("create", {})).toMatchObject({ kind: "free", refused: "p" });
    expect(refusedTo("take", { q: { has: ["b"] } })).toMatchObject({ kind: "take", refused: "p" });
  });

  test("is nothing to a change of something else", () => {
    expect(refusedTo("create", { q: { has: ["b"] } })).toMatchObject({ kind: "take", refused: null });
    expect(refusedTo("take", {})).toMatchObject({ kind: "free", refused: null });
    expect(refusedTo("remove", { q: { has: ["b"] } })).toMatchObject({ kind: "take", refused: null });
    const first = { o: { wants: "b" } };
    expect(refusedTo("create", first)).toMatchObject({ kind: "lost" });
  });
});

describe("a move that the server has refused", () => {
  /** p moves from a to b, and q from b to the free c; the server refused what p did, which stood on these rows. */
  function refusedOn(rows: (a: ObservedInterface) => Partial<Pick<Remove, "port" | "interface">>) {
    const ports = { p: { has: ["a"], wants: "b" }, q: { has: ["b"], wants: "c" } } as const;
    const { advice, interfaceNamed } = cloud(ports);
    const held = advice.get("p");
    const desired = held?.kind === "asked" ? held.main.desired : null;
    const a = interfaceNamed("a");
    if (desired === null || a.port === null) throw new Error("nothing is desired, or nobody holds a");
    const usual = { interface: a.interface, port: a.port };
    const remove: Remove = {
      ...{ kind: "remove", lport: "p", plugType: "dummy", bridge: BRIDGE },
      ...usual,
      ...rows(a),
    };
    const take = { kind: "update", desired, interface: interfaceNamed("b").interface, edit: {} } as const;
    const change: Change = { kind: "replug", leaves: remove.interface, remove, take };
    const refused = { phase: "failed", nonce: 0, error: "no", change } as const;
    const now = cloud({ ...ports, p: { ...ports.p, attempt: refused } });
    // Each cloud makes rows of its own: what was refused stood on that of now, unless the case says something else.
    const there = now.interfaceNamed("a");
    if (remove.port === a.port && there.port !== null) Object.assign(remove, { port: there.port });
    return now.contests;
  }

  test.each<[string, Parameters<typeof refusedOn>[0], string | null]>([
    ["is not made again while nothing has changed", () => ({}), "p"],
    ["is made again when the Port row is another one", () => ({ port: portRow({ name: "a" }) }), null],
    [
      "is made again when the interface that is left is another one",
      ({ interface: row }) => ({ interface: { ...row, mtu_request: 1300 } }),
      null,
    ],
  ])("%s, whichever of its ports is asked", (_, rows, refused) => {
    const contests = refusedOn(rows);
    expect(contests.contest("p", "b")).toMatchObject({ together: ["p", "q"], refused });
    expect(contests.contest("q", "c")).toMatchObject({ together: ["p", "q"], refused });
  });
});

describe("after the server has refused to let one of their interfaces go alone, ports that move together", () => {
  const refusal = (row: ObservedInterface, rest: Partial<Remove>): Attempt => {
    if (row.port === null) throw new Error("nobody holds a");
    const from = { lport: "p", plugType: "dummy", bridge: BRIDGE } as const;
    const change: Remove = { kind: "remove", ...from, interface: row.interface, port: row.port, ...rest };
    return { phase: "failed", nonce: 0, error: "no", change };
  };

  test.each<[string, Partial<Remove>, string | null]>([
    ["wait, where it is another owner's (U7), or both would be tried in turn", { misplaced: "VF 7" }, "p"],
    ["move, where its port was to go", {}, null],
    ["move, where the Port row is another one by now", { misplaced: "VF 7", port: portRow() }, null],
  ])("%s", (_, rest, refused) => {
    let attempt: Attempt = { phase: "idle", nonce: 0 };
    const { contests, interfaceNamed } = cloud({
      o: { wants: "a" },
      p: {
        ...{ has: ["a"], wants: "b" },
        get attempt() {
          return attempt;
        },
      },
    });
    attempt = refusal(interfaceNamed("a"), rest);
    expect(contests.contest("o", "a")).toMatchObject({ together: ["o", "p"], refused });
    expect(contests.contest("p", "b")).toMatchObject({ kind: "free", refused });
  });
});

describe("a logical port that cannot move says why", () => {
  const p = { has: ["a"], wants: "b" };
  const q = { has: ["b"], wants: "c" };

  test.each<[string, Parameters<typeof cloud>[0], string]>([
    ["its change is on its way", { p: { ...p, attempt: "moving" } }, "its change is on its way"],
    ["its interface may not go", { p: { ...p, keeps: ["a"] } }, "a is in use"],
    [
      "its interface may not go, and another program undoes it as well",
      { p: { ...p, keeps: ["a"], attempt: "undone" } },
      "a is in use",
    ],
    [
      "the one that has the name is being written",
      { p, q: { ...q, attempt: "moving" } },
      "interface b is plugged for logical port q",
    ],
    [
      "the one that has the name cannot move",
      { p, q: { ...q, keeps: ["b"] } },
      "interface b is plugged for logical port q; logical port q keeps the others from moving: b is in use",
    ],
    [
      "the end of its chain cannot",
      { p, q, r: { has: ["c"], wants: "d", keeps: ["c"] } },
      "interface b is plugged for logical port q; logical port r keeps the others from moving: c is in use",
    ],
    [
      "the end of its chain waits",
      { p, q, r: { has: ["c"], isNotReady: true } },
      "interface b is plugged for logical port q; logical port q keeps the others from moving: interface c is plugged for logical port r",
    ],
    [
      "another one comes first",
      { p: { wants: "b" }, o: { wants: "b" } },
      "logical port o wants interface b too, and comes first",
    ],
    [
      "the one that would go is held",
      { p, q: { has: ["b"], isHeld: true } },
      "interface b is plugged for logical port q",
    ],
  ])("%s", (_, ports, reason) => {
    expect(cloud(ports).contests.contest("p", "b")).toEqual({ kind: "lost", reason });
  });

  test("another program undoes it, which only time can help, be it in place or not", () => {
    const undone = {
      kind: "lost",
      reason: "another program keeps undoing what is written for it",
      setbacks: 1,
    } as const;
    expect(cloud({ p: { ...p, attempt: "undone" } }).contests.contest("p", "b")).toEqual(undone);
    const { contests } = cloud({ p: { wants: "b", attempt: "undone" }, q });
    expect(contests.contest("p", "b")).toEqual(undone);
    // The port that would move stays with its interface, because nobody takes the interface over.
    expect(contests.taker("q")).toBeNull();
    const first = { p: { wants: "a", attempt: "undone" }, r: { wants: "z", has: ["y"] } } as const;
    expect(cloud(first).contests.contest("p", "a")).toMatchObject({ kind: "free" });
    expect(cloud({ ...first, p: { ...p, attempt: "undone" }, q }).contests.contest("q", "c")).toMatchObject({
      kind: "free",
      together: ["q"],
    });
  });

  test("it wants no other interface, or nobody has been asked about it", () => {
    const { contests, advice } = cloud({ p: { has: ["a"], wants: "a" }, q: { has: ["b"], wants: "c" } });
    expect(contests.contest("p", "a")).toEqual({ kind: "lost", reason: "it wants no other interface" });
    advice.delete("q");
    expect(contests.contest("q", "c")).toEqual({ kind: "lost", reason: "its provider has not answered" });
  });

  test("where names are only reported", () => {
    const { contests } = cloud({ p }, { onRename: "report" });
    expect(contests.contest("p", "b")).toEqual({ kind: "lost", reason: "plug.on_rename is report" });
  });
});

test("of a free name that the server refused to all that want it, each is told so, and one is tried at a time", () => {
  const { advice } = cloud({ p: { wants: "b" }, q: { wants: "b" } });
  const attemptOf = (lport: string): Attempt => {
    const held = advice.get(lport);
    const desired = held?.kind === "asked" ? held.main.desired : null;
    if (desired === null) throw new Error(`nothing is desired for ${lport}`);
    return { phase: "failed", nonce: 0, error: "no", change: { kind: "create", desired, bridge: BRIDGE } };
  };
  const { contests } = cloud({
    p: { wants: "b", attempt: attemptOf("p") },
    q: { wants: "b", attempt: attemptOf("q") },
  });
  const free = { kind: "free" };
  expect(contests.contest("p", "b")).toMatchObject({
    ...free,
    together: ["p"],
    refused: "p",
    isInTurn: true,
  });
  expect(contests.contest("q", "b")).toMatchObject({
    ...free,
    together: ["q"],
    refused: "q",
    isInTurn: false,
  });
});

test("a move onto a free name that the server refused to all that want it waits for its turn, whoever is asked again", () => {
  const { advice, interfaceNamed } = cloud({ p: { wants: "b" }, q: { has: ["a"], wants: "b" } });
  const refused = (lport: string): Attempt => {
    const held = advice.get(lport);
    const desired = held?.kind === "asked" ? held.main.desired : null;
    if (desired === null) throw new Error(`nothing is desired for ${lport}`);
    const take = { kind: "create", desired, bridge: BRIDGE } as const;
    const leaves = interfaceNamed("a").interface;
    const change = lport === "p" ? take : ({ kind: "replug", leaves, remove: null, take } as const);
    return { phase: "failed", nonce: 0, error: "no", change };
  };
  const { contests } = cloud({
    o: { wants: "a" },
    p: { wants: "b", attempt: refused("p") },
    q: { has: ["a"], wants: "b", attempt: refused("q") },
  });
  const together = ["o", "q"];
  expect(contests.contest("o", "a")).toMatchObject({ kind: "take", together, refused: "q" });
  expect(contests.contest("q", "b")).toMatchObject({ kind: "free", together, refused: "q" });
});

test("a port without an interface takes one over also where plug.on_rename is report: it leaves none", () => {
  const { contests } = cloud({ p: { wants: "b" }, q: { has: ["b"] } }, { onRename: "report" });
  expect(contests.contest("p", "b")).toMatchObject({ kind: "take", from: "q" });
});

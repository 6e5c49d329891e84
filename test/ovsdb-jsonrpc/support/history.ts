/** Random histories of the playground: transactions, changes of conditions, and cut connections. */
import { type Condition, named, type Operation, type WriteRow } from "ovsdb-jsonrpc";
import type { Random } from "../../support/random.ts";
import type { Thing } from "./playground.gen.ts";
import { op } from "./session.ts";

/** Where the connection is cut around a `monitor_cond_change`. */
export type Cut = "before the server sees it" | "before its reply arrives";

export type Step =
  | { readonly kind: "burst"; readonly transactions: readonly (readonly Operation[])[] }
  | { readonly kind: "condition"; readonly condition: Condition<Thing>; readonly cut: Cut | null }
  /** What a second monitor, made if there is none, is to have; null: it is dropped. */
  | { readonly kind: "second"; readonly condition: Condition<Thing> | null; readonly cut: Cut | null }
  | { readonly kind: "cut" }
  /** Waits for the session and compares its view with the server's. */
  | { readonly kind: "check" };

const NAMES = Array.from({ length: 12 }, (_, i) => `t${i}`);
const WORDS = ["", "a", "b", "c", "é", '"\\', "{[", "__proto__"];
const COLORS = ["red", "green", "blue"] as const;

export function randomHistory(random: Random, length: number): Step[] {
  return random.list(length, () => randomStep(random));
}

function randomStep(random: Random): Step {
  switch (random.int(10)) {
    case 8:
    case 9:
      return {
        kind: "second",
        condition: random.chance(0.25) ? null : randomCondition(random),
        cut: random.chance(0.2)
          ? random.pick<Cut>(["before the server sees it", "before its reply arrives"])
          : null,
      };
    case 0:
      return { kind: "cut" };
    case 1:
      return { kind: "condition", condition: randomCondition(random), cut: null };
    case 2:
      return {
        kind: "condition",
        condition: randomCondition(random),
        cut: random.pick<Cut>(["before the server sees it", "before its reply arrives"]),
      };
    case 3:
    case 4:
      return { kind: "check" };
    default:
      return { kind: "burst", transactions: random.list(1 + random.int(5), () => randomTransaction(random)) };
  }
}

function randomTransaction(random: Random): Operation[] {
  const operations = random.list<Operation>(1 + random.int(3), () => randomOperation(random));
  if (random.chance(0.3)) {
    operations.unshift(op.insert("Part", { serial: random.int(5), label: random.pick(WORDS) }, "part"));
    const part = named("part");
    operations.push(
      random.chance(0.5)
        ? op.update("Thing", [["name", "==", random.pick(NAMES)]], { part, seen: [part] })
        : op.mutate("Thing", [["name", "==", random.pick(NAMES)]], [["parts", "insert", [part]]]),
    );
  }
  return operations;
}

function randomOperation(random: Random): Operation {
  const where = [["name", "==", random.pick(NAMES)]] as const;
  switch (random.int(8)) {
    case 0:
    case 1:
    case 2:
      return op.insert("Thing", {
        ...randomFields(random),
        name: random.pick(NAMES),
        color: random.pick(COLORS),
      });
    case 3:
    case 4:
      return op.update("Thing", where, randomFields(random));
    case 5:
      return op.mutate("Thing", where, [
        ["words", random.pick(["insert", "delete"]), randomWords(random)],
        ["options", "insert", randomMap(random)],
        ["options", "delete", randomWords(random)],
      ]);
    case 6:
      return op.update("Thing", where, { parts: [], part: null, seen: [] });
    default:
      return op.delete("Thing", where);
  }
}

/** Some columns with values from small domains, so that equal values and empty ones are frequent. */
function randomFields(random: Random): WriteRow<Thing> {
  const all: WriteRow<Thing> = {
    count: random.int(4),
    ratio: random.int(3) / 2,
    enabled: random.chance(0.5),
    color: random.pick(COLORS),
    limit: random.chance(0.5) ? null : random.int(3),
    note: random.chance(0.5) ? null : random.pick(WORDS),
    numbers: random.list(random.int(4), () => random.int(6)).filter(isFirst),
    // Of two values only: a clustered ovsdb-server 3.1 stops answering after it has logged a difference of more
    // elements than the column may hold.
    pair: random.list(random.int(3), () => random.int(2)).filter(isFirst),
    words: randomWords(random),
    options: randomMap(random),
    single: new Map(random.chance(0.5) ? [] : [[random.pick(WORDS), random.int(3)]]),
    levels: new Map(random.list(random.int(3), () => [random.int(3), random.int(3) / 4])),
    scratch: random.pick(WORDS),
  };
  const kept = Object.entries(all).filter(() => random.chance(0.4));
  return Object.fromEntries(kept);
}

function randomWords(random: Random): string[] {
  return random.list(random.int(4), () => random.pick(WORDS)).filter(isFirst);
}

function randomMap(random: Random): Map<string, string> {
  return new Map(random.list(random.int(4), () => [random.pick(WORDS), random.pick(WORDS)]));
}

function isFirst<T>(value: T, index: number, list: readonly T[]): boolean {
  return list.indexOf(value) === index;
}

function randomCondition(random: Random): Condition<Thing> {
  return random.list(random.int(4), () => {
    switch (random.int(8)) {
      case 0:
        return random.chance(0.5);
      case 1:
        return ["count", random.pick(["<", "<=", ">", ">="]), random.int(4)];
      case 2:
        return ["words", random.pick(["includes", "excludes"]), [random.pick(WORDS)]];
      case 3:
        return ["options", "includes", new Map([[random.pick(WORDS), random.pick(WORDS)]])];
      case 4:
        return ["color", random.pick(["==", "!="]), random.pick(COLORS)];
      case 5:
        return ["limit", "==", random.chance(0.5) ? null : random.int(3)];
      default:
        return ["name", "==", random.pick(NAMES)];
    }
  });
}

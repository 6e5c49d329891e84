/**
 * What a broken or hostile server makes of a message: nothing valid any more, or something valid that says another thing.
 * Pure: the same chance gives the same.
 */
import type { Random } from "../../support/random.ts";

type Container = unknown[] | Record<string, unknown>;

const UUID = "00000000-0000-4000-8000-00000000dead";

/** Values of every kind that stand where another one is expected. */
const STRANGERS: readonly unknown[] = [
  ...[null, true, 0, -1, 1e300, 2 ** 63, "", "set", "__proto__", "\u202e\u0000", "x".repeat(100_000)],
  ...[[], {}, ["set", []], ["map", []], ["map", [["a", "b"]]], ["uuid", UUID], ["uuid", "no uuid"]], // biome-ignore format: a list
  ...[{ new: {} }, { delete: null }, { modify: {} }, { insert: {} }, { initial: null }],
];

/** The texts to be sent in the place of a JSON text: the connection goes on with them, unless the client minds. */
export function distort(text: string, random: Random): readonly string[] {
  if (random.chance(0.1)) return [];
  if (random.chance(0.1)) return [text, text];
  const message: unknown = JSON.parse(text);
  const edits = 1 + random.int(3);
  for (let edit = 0; edit < edits; edit++) distortOne(message, random);
  return [JSON.stringify(message)];
}

/** Bytes that are no message: the client has to give the connection up. */
export function corrupt(text: string, random: Random): string {
  const at = random.int(text.length);
  switch (random.int(5)) {
    case 0:
      return `${text.slice(0, at)}\u0001${text.slice(at + 1)}`;
    case 1:
      return `${text.slice(0, at)}${text}`;
    case 2:
      return `]${text}`;
    case 3:
      return "[".repeat(5000);
    default:
      return `${" ".repeat(70_000)}${text}`;
  }
}

function distortOne(message: unknown, random: Random): void {
  const places: (readonly [Container, string])[] = [];
  collect(message, places);
  if (places.length === 0) return;
  const [container, key] = random.pick(places);
  const value = Reflect.get(container, key);
  switch (random.int(4)) {
    case 0:
      remove(container, key);
      return;
    case 1: {
      const [other, name] = random.pick(places);
      Reflect.set(container, key, structuredClone(Reflect.get(other, name)));
      return;
    }
    case 2:
      if (Array.isArray(container)) container.push(structuredClone(value));
      else container[`${key}${random.chance(0.5) ? "" : "x"}`] = structuredClone(value);
      return;
    default:
      Reflect.set(container, key, structuredClone(random.pick(STRANGERS)));
  }
}

/** Every member and element, the deepest as likely as the others. */
function collect(value: unknown, places: (readonly [Container, string])[]): void {
  if (typeof value !== "object" || value === null) return;
  const container = Array.isArray(value) ? value : (value as Record<string, unknown>);
  for (const key of Object.keys(container)) {
    places.push([container, key]);
    collect(Reflect.get(container, key), places);
  }
}

function remove(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}

// docs/architecture.md names every room of src, and every folder in it.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { providerTypes } from "../../src/providers/builtin.ts";

const root = join(import.meta.dir, "../..");
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

/** What the table says of each room, by the room's name; two rooms may share a row. */
const rows = new Map(
  [...page.matchAll(/^\| (`[a-z][^|]*`) +\| (.*) \|$/gm)].flatMap(([, names = "", text = ""]) =>
    [...names.matchAll(/`([\w-]+)`/g)].map(([, name = ""]) => [name, text] as const),
  ),
);

const entries = readdirSync(join(root, "src"), { withFileTypes: true });
const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

test("every folder of src has a row in the table of rooms", () => {
  expect(rooms.filter((room) => !rows.has(room))).toEqual([]);
});

test("every row of the table is a folder or a file of src", () => {
  const there = new Set(entries.map(({ name }) => name.replace(/\.ts$/, "")));
  expect([...rows.keys()].filter((room) => !there.has(room))).toEqual([]);
});

test.each(rooms)("the row of %s names each of its folders, but for those of the providers", (room) => {
  const folders = readdirSync(join(root, "src", room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map(({ name }) => name)
    .filter((name) => room !== "providers" || !providerTypes.includes(name));
  const text = rows.get(room) ?? "";
  expect(folders.filter((name) => !new RegExp(`\`(${room}/)?${name}\``).test(text))).toEqual([]);
});

test.each(rooms)("every file that the row of %s names is there", (room) => {
  const files = [...(rows.get(room) ?? "").matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name);
  const there = new Set(readdirSync(join(root, "src", room)));
  expect(files.filter((name) => name !== undefined && !there.has(name))).toEqual([]);
});

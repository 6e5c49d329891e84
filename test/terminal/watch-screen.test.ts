// Pictures that fit any terminal, with the worst port in them.
import { describe, expect, test } from "bun:test";
import {
  explanationPicture,
  type ListView,
  listPicture,
  type Size,
} from "../../src/terminal/watch-screen.ts";
import { columnsOf } from "../../src/terminal/width.ts";
import { countsOf } from "../../src/view/status.ts";
import type { PortStatus, Status } from "../../src/view/status-shape.ts";
import { byTrouble } from "../../src/view/trouble.ts";

const bad: PortStatus = {
  lport: "zz-bad",
  type: "dummy",
  state: "conflict",
  interface: "taken",
  reason: "interface taken is in use by the logical port other-port, which is still wanted under that name",
};

function statusWith(ports: readonly PortStatus[], more: Partial<Status> = {}): Status {
  const connection = { remote: "unix:/x", state: "connected", error: null } as const;
  return {
    version: "0.1.0",
    ready: true,
    reason: null,
    chassis: { name: "hv1", uuid: null },
    bridge: "br-int",
    connections: { ovs: connection, southbound: { ...connection, leader: null } },
    providers: [{ type: "dummy", state: "ready" }],
    metrics: null,
    files: [],
    ports: ports.toSorted(byTrouble),
    counts: countsOf(ports, ports.length),
    engine: [],
    held_unplugs: 0,
    ...more,
  };
}

const uuid = (index: number) => `${String(index).padStart(8, "0")}-1e4b-4d3b-8f0e-6a1e5c1d9a10`;
const good = (lport: string): PortStatus => {
  return { lport, type: "representor", state: "plugged", interface: "enp3s0f0npf0vf12", reason: null };
};
const many = [...Array.from({ length: 45 }, (_, index) => good(uuid(index))), bad];

function view(status: Status, more: Partial<ListView> = {}): ListView {
  return { status, fault: null, from: 0, selected: 0, top: 0, filter: null, typing: null, ...more };
}
const draw = (size: Size, shown: ListView = view(statusWith(many))) => listPicture(shown, size, false);

const SIZES: readonly Size[] = [
  ...[1, 2, 3, 4, 6, 8, 10, 12, 24, 60].flatMap((rows) =>
    [1, 10, 20, 40, 60, 80, 200].map((columns) => ({ rows, columns })),
  ),
];

describe.each(SIZES)("$columns x $rows", (size) => {
  const hostile = "\x1b[2J東京\u202e".repeat(100);
  const strange = { ...bad, lport: hostile, interface: hostile, reason: hostile };
  test.each([
    ["many ports", view(statusWith(many))],
    ["a filter that is typed", view(statusWith(many), { typing: "web".repeat(40), filter: "trouble *x*" })],
    ["no port", view(statusWith([]))],
    ["a daemon that is away", view(statusWith(many), { fault: "no vifplugd runs ".repeat(20) })],
    ["nothing decided", view(statusWith([], { ready: false, reason: "no Southbound ".repeat(30) }))],
    ["names and reasons of any kind", view(statusWith([strange, ...many]))],
  ])("%s", (_, shown) => {
    for (const colour of [false, true]) {
      const { lines } = listPicture(shown, size, colour);
      expect(lines.length).toBe(size.rows);
      expect(lines.filter((line) => columnsOf(line) > size.columns)).toEqual([]);
      expect(Bun.stripANSI(lines.join("")).includes("\x1b")).toBe(false);
    }
  });

  test("the worst port is there, if one row is", () => {
    const { lines } = draw(size);
    if (size.rows >= 3 && size.columns >= 20) expect(lines.join("\n")).toContain("> zz-bad");
  });
});

test("on 80 x 24, what is the matter and how the rest is stand in full", () => {
  const { lines } = draw({ rows: 24, columns: 80 });
  const text = lines.join("\n");
  expect(text).toContain("ports 46, 1 in trouble: 1 conflict, 45 plugged");
  expect(text.replaceAll(/\s+/g, " ")).toContain(bad.reason ?? "");
});

test("titles stand above their columns", () => {
  const { lines } = draw({ rows: 24, columns: 120 });
  const titles = lines.find((line) => line.includes("LPORT")) ?? "";
  const row = lines.find((line) => line.startsWith("> ")) ?? "";
  expect(titles.indexOf("STATE")).toBe(row.indexOf("conflict"));
  expect(titles.indexOf("REASON")).toBe(row.indexOf("interface taken"));
});

test("what is selected is in the picture, and a row moves only when it has to", () => {
  const size = { rows: 24, columns: 80 };
  let top = 0;
  const tops: number[] = [];
  for (let selected = 0; selected < many.length; selected++) {
    const picture = draw(size, view(statusWith(many), { selected, top }));
    expect(picture.lines.filter((line) => line.startsWith(">"))).toHaveLength(1);
    top = picture.top;
    tops.push(top);
  }
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
  expect(tops.findIndex((each) => each > 0)).toBeGreaterThan(5);
  // Back up, the rows stay where they are until the first of them is reached.
  expect(draw(size, view(statusWith(many), { selected: top, top })).top).toBe(top);
  expect(draw(size, view(statusWith(many), { selected: top - 1, top })).top).toBe(top - 1);
});

test("a window of the ports is shown as the whole would be", () => {
  const status = statusWith(many.filter((port) => port !== bad));
  const size = { rows: 24, columns: 80 };
  const whole = listPicture(view(status, { selected: 30, top: 25 }), size, false);
  const part = { ...status, ports: status.ports.slice(6, 55) };
  expect(listPicture(view(part, { from: 6, selected: 30, top: 25 }), size, false)).toEqual(whole);
});

test("an explanation is scrolled to its end and no further", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index} ${"x".repeat(50)}`);
  const picture = explanationPicture(lines, 1e9, { rows: 11, columns: 40 }, false);
  expect(picture.top).toBe(20);
  expect(picture.lines).toHaveLength(11);
  expect(picture.lines[9]).toStartWith("line 29 ");
  expect(picture.lines.filter((line) => columnsOf(line) > 40)).toEqual([]);
});

/** `vifplugd plan` for people: a line for each change, its details below, and the ports that are not in place. */

import { cut } from "../text/cut.ts";
import { printable } from "../text/printable.ts";
import type { Plan, PlannedChange } from "../view/plan-shape.ts";
import { isInTrouble } from "../view/trouble.ts";
import { stateColour } from "./show-status.ts";
import { type Colour, hang, PLAIN, paint, type Style } from "./style.ts";

const MARKS: Readonly<Record<PlannedChange["change"], readonly [string, Colour]>> = {
  create: ["+", "green"],
  update: ["~", "yellow"],
  remove: ["-", "red"],
  replug: ["±", "magenta"],
};

export function showPlan(plan: Plan, style: Style = PLAIN): string {
  const { chassis, bridge, changes, ports } = plan;
  const told = ports.filter(({ state, reason }) => state !== "plugged" || reason !== null);
  const lines = changes.map((change) => formatChange(change, style));
  const others = told.map(({ lport, state, reason }) => {
    const head = `! ${lport}: `;
    const text = hang(head, `${state}${reason === null ? "" : `: ${reason}`}`, style);
    const start = text.indexOf(state, printable(cut(head)).trimEnd().length);
    return text.slice(0, start) + paint(style, stateColour(state), state) + text.slice(start + state.length);
  });
  return [
    ...lines,
    ...(lines.length > 0 && others.length > 0 ? ["\n"] : []),
    ...others,
    ...(lines.length + others.length > 0 ? ["\n"] : []),
    hang(
      "",
      `chassis ${chassis ?? "(no name)"}, bridge ${bridge}: ${count(changes.length, "change")}, ${count(inPlaceOf(plan), "port")} in place`,
      style,
    ),
  ].join("");
}

/** The plan in one line, for the plans of many chassis one below the other. Kinds without a change are left out. */
export function summarizePlan(plan: Plan): string {
  const { chassis, changes, ports } = plan;
  const kinds = Object.keys(MARKS).flatMap((kind) => {
    const some = changes.filter(({ change }) => change === kind).length;
    return some === 0 ? [] : [`${some} to ${kind}`];
  });
  const troubled = ports.filter((port) => isInTrouble(port)).length;
  const facts = [
    count(changes.length, "change") + (kinds.length === 0 ? "" : ` (${kinds.join(", ")})`),
    `${count(inPlaceOf(plan), "port")} in place`,
    ...(troubled === 0 ? [] : [`${count(troubled, "port")} in trouble`]),
  ];
  return `${printable(chassis ?? "(no name)")}: ${facts.join(", ")}`;
}

/** How many ports have their interface already, with those that do not work for another reason, which is told. */
function inPlaceOf({ ports }: Plan): number {
  return ports.filter(({ state }) => state === "plugged").length;
}

function formatChange(change: PlannedChange, style: Style): string {
  const [mark, colour] = MARKS[change.change];
  const head = hang(`${mark} ${change.lport}: `, changeText(change), style);
  const details = detailsOf(change).map((detail) => hang("      ", detail, style));
  return paint(style, colour, mark) + head.slice(mark.length) + details.join("");
}

function changeText(change: PlannedChange): string {
  const why = change.reason === null ? "" : `: ${change.reason}`;
  switch (change.change) {
    case "create":
      return `plug interface ${change.interface} (${change.type})${why}`;
    case "update":
      if (change.from !== null) return `adopt interface ${change.interface}${why}`;
      return `update interface ${change.interface}${why}`;
    case "remove":
      return `unplug interface ${change.interface}${why}`;
    case "replug":
      return `replace interface ${change.replaces} by ${change.interface} (${change.type})${why}`;
  }
}

function detailsOf(change: PlannedChange): readonly string[] {
  switch (change.change) {
    case "remove":
      return [];
    case "update":
      return change.edits.map(({ column, key, before, after }) => {
        return `${key === null ? column : `${column}:${key}`}: ${value(before)} -> ${value(after)}`;
      });
    default:
      return [
        `type=${JSON.stringify(change.interface_type)}`,
        ...(change.mtu_request === null ? [] : [`mtu_request=${change.mtu_request}`]),
        ...Object.entries(change.options).map(([key, text]) => `options:${key}=${text}`),
        ...Object.entries(change.other_config).map(([key, text]) => `other_config:${key}=${text}`),
      ];
  }
}

function value(of: string | number | null): string {
  return of === null ? "(absent)" : typeof of === "number" ? String(of) : JSON.stringify(of);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

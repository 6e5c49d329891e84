/**
 * The ports as a table. Only the rows in sight are elements, whatever the number of ports. An empty row above and an empty
 * row below take the space of the other rows.
 *
 * Invariant: a row that stays in sight stays the same element, so focus and selection survive changes.
 */
import type { PortStatus } from "../../view/status-shape.ts";
import { byId, element, fill, say, sentence, word } from "./dom.ts";
import { hashOf } from "./location.ts";
import { stateMark } from "./state-mark.ts";

const rows = byId("rows", HTMLTableSectionElement);
const table = byId("table", HTMLTableElement);
const shownText = byId("shown", HTMLParagraphElement);

/** The rows that are elements beyond each end of the sight. */
const MARGIN = 12;

interface Row {
  readonly element: HTMLTableRowElement;
  port: PortStatus;
}

const made = new Map<string, Row>();
const above = gap();
const below = gap();
let ports: readonly PortStatus[] = [];
let selected: string | null = null;

export function showPorts(shown: readonly PortStatus[], total: number, isSelected: string | null): void {
  ports = shown;
  selected = isSelected;
  table.setAttribute("aria-rowcount", String(shown.length + 1));
  say(shownText, countText(shown.length, total));
  draw();
}

export function followScrolling(): void {
  let isAsked = false;
  const ask = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  };
  addEventListener("scroll", ask, { passive: true });
  addEventListener("resize", ask, { passive: true });
}

function draw(): void {
  const height = rowHeight();
  const top = -rows.getBoundingClientRect().top;
  const first = Math.max(0, Math.min(ports.length, Math.floor(top / height) - MARGIN));
  const last = Math.min(ports.length, Math.ceil((top + innerHeight) / height) + MARGIN);
  const inSight = ports.slice(first, Math.max(first, last));
  const names = new Set(inSight.map(({ lport }) => lport));
  for (const lport of made.keys()) if (!names.has(lport)) made.delete(lport);
  const elements = inSight.map((port, i) => {
    const row = rowOf(port);
    row.setAttribute("aria-rowindex", String(first + i + 2));
    row.setAttribute("aria-selected", String(port.lport === selected));
    return row;
  });
  setHeight(above, first * height);
  setHeight(below, (ports.length - first - inSight.length) * height);
  place([above, ...elements, below]);
}

/** Puts the rows in their order. A row that is in its place does not move. */
function place(wanted: readonly HTMLTableRowElement[]): void {
  const keep = new Set<Element>(wanted);
  for (const child of [...rows.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((row, i) => {
    const at = rows.children[i] ?? null;
    if (at !== row) rows.insertBefore(row, at);
  });
}

function rowOf(port: PortStatus): HTMLTableRowElement {
  const known = made.get(port.lport);
  if (known === undefined) {
    const row = element("tr", { class: "port", "data-lport": port.lport });
    row.addEventListener("click", (event) => {
      if (!(event.target instanceof HTMLAnchorElement))
        location.hash = hashOf({ kind: "port", lport: port.lport });
    });
    fillRow(row, port);
    made.set(port.lport, { element: row, port });
    return row;
  }
  if (known.port !== port) {
    const isOther = known.port.state !== port.state || known.port.reason !== port.reason;
    known.port = port;
    fillRow(known.element, port);
    if (isOther) light(known.element);
  }
  return known.element;
}

function light(row: HTMLTableRowElement): void {
  row.classList.remove("fresh");
  row.getBoundingClientRect();
  row.classList.add("fresh");
}

function fillRow(row: HTMLTableRowElement, port: PortStatus): void {
  const { lport, state, type, reason } = port;
  const hadFocus = row.contains(document.activeElement);
  const link = element("a", { class: "name", href: hashOf({ kind: "port", lport }) }, word(lport));
  const why = reason === null ? "" : sentence(reason);
  fill(
    row,
    element("td", {}, stateMark(state, reason !== null)),
    element("td", {}, link),
    element("td", { class: "muted name" }, word(port.interface ?? "")),
    element("td", { class: "muted" }, word(type)),
    element("td", { class: "reason", ...(why === "" ? {} : { title: why }) }, why),
  );
  if (hadFocus) link.focus();
}

function gap(): HTMLTableRowElement {
  return element("tr", { class: "gap", "aria-hidden": "true" }, element("td"));
}

function setHeight(row: HTMLTableRowElement, height: number): void {
  const [cell] = row.cells;
  if (cell !== undefined) cell.style.height = `${height}px`;
}

function rowHeight(): number {
  const text = getComputedStyle(document.documentElement).getPropertyValue("--row");
  const height = Number.parseFloat(text);
  return height > 0 ? height : 42;
}

function countText(shown: number, total: number): string {
  const all = total === 1 ? "1 port" : `${total.toLocaleString("en")} ports`;
  if (total === 0) return "No port is plugged or wanted on this chassis";
  if (shown === 0)
    return "No port here is like that. A port that is missing is requested on another chassis, or has no plug type";
  if (shown === total) return all;
  return `${shown.toLocaleString("en")} of ${all}`;
}

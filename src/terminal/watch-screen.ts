/**
 * The pictures of `vifplugd watch`: the list of as many ports as fit, and the explanation of one port.
 *
 * Invariants: a picture fits the rows and columns of the terminal, whatever their number. The list shows the selected port.
 */
import { cut } from "../text/cut.ts";
import { countable } from "../text/printable.ts";
import type { PortStatus, Status } from "../view/status-shape.ts";
import { countsText, readinessText, stateColour } from "./show-status.ts";
import { type Colour, paint, type Style, wrap } from "./style.ts";
import { columnsOf, fitted, padded } from "./width.ts";

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

export interface ListView {
  readonly status: Status;
  /** Why the daemon does not answer now; null: the daemon answers. */
  readonly fault: string | null;
  /** The number of the first port in `status.ports`, among all matching ports. */
  readonly from: number;
  /** The number of the selected port, among all matching ports. */
  readonly selected: number;
  /** The number of the first port in the last picture. */
  readonly top: number;
  /** The filter in words; null: every port. */
  readonly filter: string | null;
  /** The text that the person has typed so far; null: the person types no text. */
  readonly typing: string | null;
}

export interface Picture {
  readonly lines: readonly string[];
  /** The number of the first line or port in the picture, and the number of lines or ports there is room for. */
  readonly top: number;
  readonly shown: number;
}

const KEYS = "up/down move  enter explain  / filter  t trouble  q quit";
const EXPLAINED_KEYS = "up/down scroll  esc, q back  ^C quit";

/** Lines around the ports make way for this number of ports. */
const MIN_PORTS = 3;
/** The largest number of lines about the selected port. */
const MAX_DETAIL = 5;
const GAP = 2;
/** The columns that a reason needs. Other columns make way for them. */
const MIN_REASON = 24;

export function listPicture(view: ListView, size: Size, colour: boolean): Picture {
  const style: Style = { width: size.columns, colour };
  const { from, status } = view;
  const selected = status.ports[view.selected - from];
  const columns = layout(status.ports, size.columns);
  const { head, foot } = around(view, selected, columns, size, style);
  const room = Math.max(0, size.rows - head.length - foot.length);
  // Scrolls no further than the selected port needs, and leaves no row empty while there is a port for it.
  const last = Math.max(0, status.counts.matching - room);
  const top = Math.min(last, view.selected, Math.max(view.top, view.selected - room + 1));
  const ports = status.ports.slice(Math.max(0, top - from), Math.max(0, top - from) + room);
  const rows = portRows(ports, view.selected - top, columns, style);
  const filler = Array.from({ length: room - rows.length }, () => "");
  const lines = [...head, ...rows, ...filler, ...foot].map((line) => fitted(line, size.columns));
  return { lines, top, shown: room };
}

/** @param lines the explanation, laid out for these columns */
export function explanationPicture(
  lines: readonly string[],
  top: number,
  size: Size,
  colour: boolean,
): Picture {
  const room = Math.max(1, size.rows - 1);
  const first = Math.max(0, Math.min(top, lines.length - room));
  const shown = lines.slice(first, first + room).map((line) => fitted(line, size.columns));
  const filler = Array.from({ length: room - shown.length }, () => "");
  const more = lines.length > room ? `  ${first + shown.length}/${lines.length}` : "";
  const keys = paint({ width: size.columns, colour }, "dim", fitted(EXPLAINED_KEYS + more, size.columns));
  return { lines: [...shown, ...filler, keys].slice(0, size.rows), top: first, shown: room };
}

/** The lines above and below the ports: as many as leave room for `MIN_PORTS` ports. */
function around(
  view: ListView,
  selected: PortStatus | undefined,
  columns: Layout,
  size: Size,
  style: Style,
): { readonly head: readonly string[]; readonly foot: readonly string[] } {
  const { status, typing } = view;
  const fit = (text: string) => fitted(countable(text), size.columns);
  const { chassis, bridge, counts } = status;
  const title = fit(`vifplugd ${status.version}  ${chassis.name ?? "(no name)"}  ${bridge}`);
  const first = paint(style, "bold", title);
  const troubles = troublesOf(view, style);
  const numbers = paint(style, counts.trouble === 0 ? "green" : "red", fit(`ports ${countsText(counts)}`));
  const filter =
    view.filter === null ? [] : [fit(`showing ${view.filter}: ${counts.matching} of ${counts.all}`)];
  const titles = paint(style, "bold", rowText(titleCells(columns), size.columns));
  const detail = selected === undefined ? [] : detailOf(selected, style);
  const keys = typing === null ? paint(style, "dim", fit(KEYS)) : fit(`logical ports with: ${typing}_`);
  const choices = [
    {
      head: [first, connectionsLine(status, fit), ...troubles, numbers, ...filter, "", titles],
      foot: ["", ...detail, keys],
    },
    { head: [first, ...troubles, numbers, ...filter, titles], foot: [...detail.slice(0, 2), keys] },
    { head: [numbers, ...troubles.slice(0, 1), titles], foot: [keys] },
    { head: [numbers], foot: typing === null ? [] : [keys] },
  ];
  const fits = ({ head, foot }: { head: readonly string[]; foot: readonly string[] }) =>
    head.length + foot.length + MIN_PORTS <= size.rows;
  return choices.find(fits) ?? { head: [], foot: typing === null ? [] : [keys] };
}

function connectionsLine({ connections, providers }: Status, fit: (text: string) => string): string {
  const { ovs, southbound } = connections;
  const types = providers.map(({ type }) => type).join(", ") || "none";
  return fit(`Open_vSwitch ${ovs.state}  OVN_Southbound ${southbound.state}  providers ${types}`);
}

/** The troubles of the whole chassis, in red. */
function troublesOf({ status, fault }: ListView, style: Style): readonly string[] {
  const sentences = [
    ...(fault === null ? [] : [`the daemon does not answer, and this is its last answer: ${fault}`]),
    ...(status.reason === null ? [] : [readinessText(status.reason)]),
    ...status.providers.flatMap(({ type, state, reason }) =>
      state === "ready" ? [] : [`provider ${type}: ${reason === undefined ? state : `${state}: ${reason}`}`],
    ),
  ];
  return sentences.flatMap((sentence) =>
    wrap(sentence, style.width)
      .slice(0, 2)
      .map((line) => paint(style, "red", fitted(line, style.width))),
  );
}

/** The facts about the selected port that its row may have no room for. */
function detailOf(
  { lport, state, type, interface: name, reason }: PortStatus,
  style: Style,
): readonly string[] {
  const facts = `${cut(lport)}: ${state}, type ${cut(type)}, interface ${name === null ? "none" : cut(name)}`;
  const lines = [...wrap(facts, style.width), ...(reason === null ? [] : wrap(`  ${reason}`, style.width))];
  return lines.slice(0, MAX_DETAIL).map((line) => fitted(line, style.width));
}

interface Cell {
  readonly text: string;
  /** In columns. */
  readonly width: number;
  readonly colour: Colour | null;
}

const CELLS = [
  { title: "LPORT", of: (port: PortStatus) => port.lport },
  { title: "STATE", of: (port: PortStatus) => port.state },
  { title: "TYPE", of: (port: PortStatus) => port.type },
  { title: "INTERFACE", of: (port: PortStatus) => port.interface ?? "-" },
] as const;
type Layout = readonly { readonly column: (typeof CELLS)[number]; readonly width: number }[];

/** The columns that fit beside the reasons, with their widths. The type makes way first, then the interface. */
function layout(ports: readonly PortStatus[], columns: number): Layout {
  const natural = CELLS.map((column) => ({
    column,
    width: Math.max(column.title.length, ...ports.map((port) => columnsOf(shown(column.of(port))))),
  }));
  const widest = Math.max(0, ...ports.map(({ reason }) => columnsOf(reason ?? "")));
  const reason = widest === 0 ? 0 : Math.min(widest, MIN_REASON) + GAP;
  const takes = (chosen: typeof natural) => chosen.reduce((sum, { width }) => sum + width + GAP, reason);
  const without = (...titles: readonly string[]) =>
    natural.filter(({ column }) => !titles.includes(column.title));
  const chosen = [natural, without("TYPE"), without("TYPE", "INTERFACE")].find(
    (some) => takes(some) <= columns,
  );
  if (chosen !== undefined) return chosen;
  const [lport, state] = natural;
  if (lport === undefined || state === undefined) return natural;
  const rest = columns - GAP - state.width - GAP - (columns > 2 * MIN_REASON ? reason : 0);
  return [{ column: lport.column, width: Math.max(4, Math.min(lport.width, rest)) }, state];
}

function shown(text: string): string {
  return countable(cut(text));
}

function titleCells(columns: Layout): readonly Cell[] {
  const cells = columns.map(({ column, width }) => ({
    text: column.title,
    width,
    colour: null,
  }));
  return [...cells, { text: "REASON", width: "REASON".length, colour: null }];
}

function portRows(
  ports: readonly PortStatus[],
  selected: number,
  columns: Layout,
  style: Style,
): readonly string[] {
  return ports.map((port, index) => {
    const isSelected = index === selected;
    const cells = columns.map(({ column, width }) => ({
      text: shown(column.of(port)),
      width,
      colour: column.title === "STATE" && !isSelected ? stateColour(port.state) : null,
    }));
    const reason = { text: shown(port.reason ?? ""), width: style.width, colour: null };
    const text = rowText([...cells, reason], style.width, isSelected ? ">" : " ", style);
    return isSelected ? paint(style, "reverse", padded(text, style.width)) : text.trimEnd();
  });
}

/** The sign, then the cells two blanks apart, cut to the width of the terminal. */
function rowText(
  cells: readonly Cell[],
  columns: number,
  sign = " ",
  style: Style = { width: columns, colour: false },
): string {
  let [line, used] = [`${sign} `, GAP];
  for (const { text, width, colour } of cells) {
    const room = Math.min(width, columns - used);
    if (room <= 0) break;
    const fitting = fitted(text, room);
    const blanks = Math.min(room + GAP, columns - used) - columnsOf(fitting);
    line += paint(style, colour, fitting) + " ".repeat(Math.max(0, blanks));
    used += room + GAP;
  }
  return line;
}

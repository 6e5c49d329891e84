/** The page: the daemon's messages go into the store, and each view shows its part of the store. */
import type { MessageName, Messages } from "../messages.ts";
import { pulse, showChassis } from "./chassis-view.ts";
import { byId, element, fill, say, word } from "./dom.ts";
import { drawGraph, lightNodes, showRecomputes } from "./graph-view.ts";
import { showLatencies } from "./latency-view.ts";
import { type Place, placeOf } from "./location.ts";
import { followScrolling, showPorts } from "./port-table.ts";
import { closePort, showPort } from "./port-view.ts";
import { stateMark } from "./state-mark.ts";
import { type Filter, NO_FILTER, type PortState, Store } from "./store.ts";
import { listen } from "./stream.ts";

const store = new Store();
let filter: Filter = NO_FILTER;
let page: string | null = null;
let heardAt = new Date();

const stale = byId("stale", HTMLParagraphElement);
const states = byId("states", HTMLFieldSetElement);
const bar = byId("bar", HTMLDivElement);
const find = byId("find", HTMLInputElement);
const provider = byId("provider", HTMLSelectElement);
const split = document.querySelector(".split");

function take<Name extends MessageName>(name: Name, data: Messages[Name]): void {
  heardAt = new Date();
  stale.hidden = true;
  document.body.classList.remove("stale");
  store.take(name, data);
}

const shown: { readonly [Name in MessageName]: (data: Messages[Name]) => void } = {
  hello: (hello) => {
    // Another program answers now, with another page.
    if (page !== null && page !== hello.page) location.reload();
    page = hello.page;
  },
  chassis: showChassis,
  ports: showAllPorts,
  graph: drawGraph,
  nodes: lightNodes,
  recomputes: () => showRecomputes(store.recomputes),
  latencies: () => {
    showLatencies(store.latencies);
    pulse();
  },
};

function showAllPorts(): void {
  const place = here();
  const lport = place.kind === "port" ? place.lport : null;
  showCounts();
  showPorts(store.shown(filter), store.ports.size, lport);
  if (lport !== null) void showPort(lport, store.ports.get(lport));
}

function showCounts(): void {
  const counts = store.counts();
  const inTrouble = store.inTrouble;
  const name = store.chassis?.chassis.name ?? "vifplugd";
  document.title = inTrouble === 0 ? `${name} · vifplugd` : `(${inTrouble}) ${name} · vifplugd`;
  fill(
    states,
    choice(null, store.ports.size, "all"),
    ...(inTrouble === 0 ? [] : [choice("trouble", inTrouble, "in trouble")]),
    ...counts.map(({ state, count }) => choice(state, count, stateMark(state))),
  );
  fill(
    bar,
    // Plugged ports with a reason are in trouble: they come before the other plugged ports, in another colour.
    ...counts.flatMap(({ state, count, noted }) =>
      state === "plugged"
        ? [...barPart(state, noted, true), ...barPart(state, count - noted, false)]
        : barPart(state, count, false),
    ),
  );
  showProviders();
}

function barPart(state: PortState, count: number, isNoted: boolean): readonly HTMLElement[] {
  if (count === 0) return [];
  const part = element("span", { "data-state": state, ...(isNoted ? { "data-note": "" } : {}) });
  part.style.flexGrow = String(count);
  return [part];
}

function choice(state: Filter["state"], count: number, label: string | HTMLElement): HTMLElement {
  const isChosen = filter.state === state;
  const number = element("b", {}, count.toLocaleString("en"));
  const key = state ?? "all";
  const button = element(
    "button",
    { type: "button", "aria-pressed": String(isChosen), "data-choice": key },
    number,
    label,
  );
  const hadFocus =
    document.activeElement instanceof HTMLElement && document.activeElement.dataset.choice === key;
  button.addEventListener("click", () => choose({ state: isChosen ? null : state }));
  if (hadFocus) queueMicrotask(() => button.focus());
  return button;
}

function showProviders(): void {
  const { providers } = store;
  const wanted = ["", ...providers];
  if ([...provider.options].map(({ value }) => value).join("\n") === wanted.join("\n")) return;
  fill(
    provider,
    ...wanted.map((type) => element("option", { value: type }, type === "" ? "Any plug type" : word(type))),
  );
  provider.value = filter.provider ?? "";
}

function choose(part: Partial<Filter>): void {
  filter = { ...filter, ...part };
  showAllPorts();
}

function here(): Place {
  return placeOf(location.hash);
}

function go(): void {
  const place = here();
  const isGraph = place.kind === "graph";
  byId("ports", HTMLElement).hidden = isGraph;
  byId("graph", HTMLElement).hidden = !isGraph;
  for (const [id, isCurrent] of [
    ["to-ports", !isGraph],
    ["to-graph", isGraph],
  ] as const) {
    const link = byId(id, HTMLAnchorElement);
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  split?.classList.toggle("open", place.kind === "port");
  document.body.classList.toggle("reading", place.kind === "port");
  if (place.kind !== "port") closePort();
  showAllPorts();
}

find.addEventListener("input", () => choose({ text: find.value }));
provider.addEventListener("change", () =>
  choose({ provider: provider.value === "" ? null : provider.value }),
);
addEventListener("hashchange", go);
document.addEventListener("keydown", (event) => {
  const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === "/" && !isWriting && here().kind !== "graph") {
    event.preventDefault();
    find.focus();
  }
  if (event.key === "Escape" && here().kind === "port") location.hash = "#/";
});

followScrolling();
showLatencies([]);
go();
listen({
  take: (name, data) => {
    take(name, data);
    shown[name](data);
  },
  lost: (why) => {
    say(stale, lostText(why));
    stale.hidden = false;
    document.body.classList.add("stale");
  },
});

function lostText(why: "gone" | "full"): string {
  if (why === "full")
    return "This daemon has as many pages open as it serves. Close one of them; this page keeps trying.";
  return `The daemon does not answer. This is what it said at ${heardAt.toLocaleTimeString()}; the page keeps trying.`;
}

/** The mark of a port's state: each state has its own shape and colour, and its name always stands beside the mark. */
import { element, svg } from "./dom.ts";
import type { PortState } from "./store.ts";

/** Path data within 12 by 12. */
const SHAPES: Readonly<Record<PortState, string>> = {
  plugged: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9Z",
  pending: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9ZM6 3.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5Z",
  waiting: "M6 1.5a4.5 4.5 0 1 0 0 9ZM6 1.5a4.5 4.5 0 1 1 0 9V9a3 3 0 1 0 0-6Z",
  held: "M2.5 1.5h2.5v9H2.5ZM7 1.5h2.5v9H7Z",
  foreign: "M2.6 1.2 6 4.6 9.4 1.2 10.8 2.6 7.4 6 10.8 9.4 9.4 10.8 6 7.4 2.6 10.8 1.2 9.4 4.6 6 1.2 2.6Z",
  "no-provider": "M1.5 1.5h9v9h-9ZM3.3 3.3v5.4h5.4V3.3Z",
  incompatible: "M3.6 1h4.8L11 6 8.4 11H3.6L1 6Z",
  conflict: "M6 .6 11.4 6 6 11.4.6 6Z",
  error: "M6 .8 11.6 10.8H.4Z",
};

/** @param note whether the port has a reason, which marks a plugged port in another way */
export function stateMark(state: PortState, note = false): HTMLElement {
  const shape = svg("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" });
  shape.append(svg("path", { d: SHAPES[state], "fill-rule": "evenodd" }));
  const attributes = { class: "state", "data-state": state, ...(note ? { "data-note": "" } : {}) };
  return element("span", attributes, shape, element("span", {}, state));
}

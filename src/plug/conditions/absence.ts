/** The condition of a plugged port whose port binding is not in view: the answer of the Southbound about the binding. */
import type { Absence } from "../absence.ts";
import { type Condition, type Listed, listed } from "./condition.ts";
import type { PortView } from "./port-view.ts";

interface AbsenceFacts {
  readonly absence: Absence;
  /** The Southbound was asked for the logical port by name, and has answered. */
  readonly isAnsweredByName: boolean;
}

const gone: Condition<AbsenceFacts> = {
  id: "gone",
  statement: "the Southbound says that its port binding is gone",
  otherwise: "the interface stays until the Southbound has answered; the answer then decides",
  holds: ({ absence, isAnsweredByName }) => {
    if (isAnsweredByName || absence.kind === "gone") return true;
    return absence.kind === "elsewhere" ? false : null;
  },
  value: ({ absence, isAnsweredByName }) => {
    if (isAnsweredByName) return "asked for by its name: no such row";
    switch (absence.kind) {
      case "asked":
        return `asked for row ${absence.uuid}: no answer yet`;
      case "waiting":
        return "to be asked for when this daemon may write";
      case "by-name":
        return "asked for by its name: no answer yet";
      case "gone":
        return `the Southbound answered at ${timeOf(absence.reply.at)}: no such row`;
      case "elsewhere":
        return `the Southbound answered at ${timeOf(absence.reply.at)}: the row is there`;
    }
  },
  source: () => "OVN_Southbound",
  remedy: () => "delete the logical port, if no chassis is to have it",
};

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

export const ABSENCE: Listed<PortView> = listed(gone, ({ engine, graph, lport }) => {
  const absence = engine.data(graph.absence).get(lport);
  if (absence === undefined) return [];
  const { synced, acknowledged } = engine.data(graph.inputs.southbound).current;
  return [{ absence, isAnsweredByName: synced && acknowledged?.lports.has(lport) === true }];
});

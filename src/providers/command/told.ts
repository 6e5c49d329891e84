/** The answers that the graph gets from an entry of the table of questions, and what follows from them for a port. Pure functions. */
import { type Answer, misplacedIn } from "../answer.ts";
import { type Entry, outputOf } from "./question-table.ts";
import type { PrepareParams } from "./wire.ts";

/** Every answer that the graph may have from the entry. */
export function toldBy({ told, repeated }: Entry): readonly (Answer | null)[] {
  return [told, ...repeated.values()];
}

/** Whether a port with this answer leaves the interface that is in place. @param inPlace its name; null: there is none */
export function leaves(answer: Answer, inPlace: string | null): boolean {
  const name = outputOf(answer)?.name ?? inPlace;
  return misplacedIn(answer) !== null || (inPlace !== null && name !== inPlace);
}

/** The answer for the graph. While a new answer is awaited, a plugged interface keeps the last answer. */
export function sayOf(entry: Entry, params: PrepareParams, awaiting: (entry: Entry) => Answer): Answer {
  const { answer } = entry;
  if (entry.phase === "answered" && answer !== null) return answer;
  if (entry.isLate || answer === null || params.operation === "remove") return awaiting(entry);
  const output = outputOf(answer);
  // An answer to another question plugs no new interface.
  return output !== null && output.name !== params.interface?.name ? awaiting(entry) : answer;
}

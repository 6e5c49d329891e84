/**
 * The questions to a command and its answers: an entry for each logical port, operation, and interface in question. When a
 * logical port has several interfaces, each interface has its own question.
 *
 * Invariant: no two entries have the same logical port, operation and interface.
 */
import { type Answer, misplacedIn } from "../answer.ts";
import type { Operation, WantedInterface } from "../provider.ts";
import { QuestionFields } from "./question-fields.ts";
import type { PrepareParams } from "./wire.ts";

export interface Entry {
  readonly lport: string;
  /** The name of the interface that the question is about; null: nothing is in place. */
  about: string | null;
  readonly params: PrepareParams;
  /** Two questions are equal when these are equal (question-fields.ts). */
  readonly fields: string;
  /** `over`: nobody waits for the answer any more. */
  phase: "unsent" | "open" | "answered" | "over";
  /** The number of the message while the question is open, else null. */
  id: number | null;
  /** When the graph asked, in milliseconds of a clock that never goes back. */
  readonly since: number;
  isLate: boolean;
  /** The answer to this question; while that answer is awaited, the answer to the question before; null: there is none. */
  answer: Answer | null;
  /** The last answer that `prepare` gave to the graph. */
  told: Answer | null;
  /** The answers that `prepare` repeats, by question as text: one entry may answer for several interfaces of a logical port. */
  readonly repeated: Map<string, Answer>;
  /** True: a question to create was answered, and nobody has released the answer. */
  isUnreleased: boolean;
  /** True: the question may have ended the process. It is asked alone, so that no other answer is lost with it. */
  isSuspect: boolean;
  /** True: the tables of the command changed while the question was open. Its answer is not used, and it is asked again. */
  isOutdated: boolean;
  /** The last round in which the graph asked the question, or the question was sent. */
  round: number;
  /** The count of the graph's questions when the graph last asked this question. */
  prepared: number;
}

export class QuestionTable implements Iterable<Entry> {
  readonly #byLport = new Map<string, Entry[]>();
  readonly #fields = new QuestionFields();

  fieldsOf(params: PrepareParams): string {
    return this.#fields.of(params);
  }

  get size(): number {
    let size = 0;
    for (const entries of this.#byLport.values()) size += entries.length;
    return size;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (const entries of this.#byLport.values()) yield* entries;
  }

  /** The entries of a logical port, in the order in which the graph first asked them. */
  of(lport: string): readonly Entry[] {
    return this.#byLport.get(lport) ?? NONE;
  }

  /**
   * Finds the entry for the interface of a question. A question to create that had no interface in place is about the interface
   * that has come since, and the other way round.
   */
  about({ operation, lport, interface: current }: PrepareParams): Entry | undefined {
    const name = current?.name ?? null;
    const entries = this.#asked(lport.name, operation);
    const same = entries.find(({ about }) => about === name);
    if (same !== undefined || operation === "remove") return same;
    const moved = name === null ? entries[0] : entries.find(({ about }) => about === null);
    if (moved !== undefined) moved.about = name;
    return moved;
  }

  /** Finds the entry whose answer is equal to the interface of the question. */
  became(params: PrepareParams): Entry | undefined {
    return this.#asked(params.lport.name, params.operation).find((entry) => this.becameAnswer(entry, params));
  }

  /** Whether the question differs from the entry only by the interface, and the interface is equal to the answer. */
  becameAnswer(entry: Entry, params: PrepareParams): boolean {
    const { answer, phase } = entry;
    if (answer === null || phase !== "answered" || misplacedIn(answer) !== null) return false;
    const wanted = outputOf(answer);
    const current = params.interface;
    if (wanted === null || current === null) return false;
    const { name, type, options } = current;
    if (name !== wanted.name || type !== wanted.type) return false;
    if (Object.entries(wanted.options).some(([key, value]) => options[key] !== value)) return false;
    return this.fieldsOf({ ...params, interface: entry.params.interface }) === entry.fields;
  }

  /** Finds the question to create that is about the interface of this name. */
  createAbout(lport: string, name: string): Entry | undefined {
    return this.#asked(lport, "create").find(({ about }) => about === name);
  }

  /** The entry of the logical port and the operation that has an answer, about any interface. */
  answered({ operation, lport }: PrepareParams): Entry | undefined {
    return this.#asked(lport.name, operation).find(({ answer }) => answer !== null);
  }

  /** Stores the entry in the place of the entry about the same interface. */
  put(entry: Entry): void {
    const others = this.of(entry.lport).filter((one) => !isAboutSame(one, entry));
    this.#byLport.set(entry.lport, [...others, entry]);
  }

  drop(entry: Entry): void {
    const others = this.of(entry.lport).filter((one) => one !== entry);
    if (others.length === 0) this.#byLport.delete(entry.lport);
    else this.#byLport.set(entry.lport, others);
  }

  #asked(lport: string, operation: Operation): readonly Entry[] {
    return this.of(lport).filter(({ params }) => params.operation === operation);
  }
}

const NONE: readonly Entry[] = [];

export function outputOf(answer: Answer | null): WantedInterface | null {
  return answer?.kind === "plug" ? answer.wanted : null;
}

export function isAboutSame(one: Entry, other: Entry): boolean {
  return one.params.operation === other.params.operation && one.about === other.about;
}

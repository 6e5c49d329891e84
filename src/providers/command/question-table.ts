/**
 * What a command was asked, and what it answered: an entry for each logical port, operation, and interface that the question
 * is about. Of several interfaces of one logical port each is asked about on its own.
 *
 * Invariant: of a logical port and an operation no two entries are about the same interface.
 */
import { type Answer, misplacedIn } from "../answer.ts";
import type { Operation, WantedInterface } from "../provider.ts";
import type { PrepareParams } from "./wire.ts";

export interface Entry {
  readonly lport: string;
  /** The name of the interface that the question is about; null: nothing is in place. */
  about: string | null;
  readonly params: PrepareParams;
  /** The question, as text: another text is another question. */
  readonly fields: string;
  /** `over`: nobody waits for it any more. */
  phase: "unsent" | "open" | "answered" | "over";
  /** Of the message, while it is open. */
  id: number | null;
  /** When it was asked, in milliseconds of some clock. */
  readonly since: number;
  isLate: boolean;
  /** To this question, or, while that is awaited, to the one before. */
  answer: Answer | null;
  /** What `prepare` said last. */
  told: Answer | null;
  /** The question that it was said to, as text; null: there is something else to say. */
  toldTo: string | null;
  /** It was answered, to create, and nobody has released it. */
  isUnreleased: boolean;
  /** The process died of it, perhaps: it is asked when nothing else is, so that nobody else's answer is lost with it. */
  isSuspect: boolean;
  /** The command's tables changed while it was open: what is answered is not used, and then it is asked again. */
  isOutdated: boolean;
  /** The last round of questions in which the graph had it, or it was sent. */
  round: number;
  /** Counts up with everything that the graph asks: the last time that it asked this. */
  prepared: number;
}

export class QuestionTable implements Iterable<Entry> {
  readonly #byLport = new Map<string, Entry[]>();

  get size(): number {
    let size = 0;
    for (const entries of this.#byLport.values()) size += entries.length;
    return size;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (const entries of this.#byLport.values()) yield* entries;
  }

  /** In the order in which they were asked first. */
  of(lport: string): readonly Entry[] {
    return this.#byLport.get(lport) ?? NONE;
  }

  /**
   * The entry about the interface that a question is about. What was asked to create with nothing in place is about what has
   * come since, and the other way round.
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

  /** The entry whose answer the interface that a question is about has become. */
  became(params: PrepareParams): Entry | undefined {
    return this.#asked(params.lport.name, params.operation).find((entry) => becameAnswer(entry, params));
  }

  /** Something was asked to create it. */
  knows(lport: string, name: string): boolean {
    return this.#asked(lport, "create").some(({ about }) => about === name);
  }

  /** What was answered last to such a question of the logical port, about whatever interface. */
  answered({ operation, lport }: PrepareParams): Entry | undefined {
    return this.#asked(lport.name, operation).find(({ answer }) => answer !== null);
  }

  /** In the place of the one that is about the same. */
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

/** All but the interface is as it was when it was asked, and the interface is what was answered. */
export function becameAnswer(entry: Entry, params: PrepareParams): boolean {
  const { answer, phase } = entry;
  if (answer === null || phase !== "answered" || misplacedIn(answer) !== null) return false;
  const wanted = outputOf(answer);
  const current = params.interface;
  if (wanted === null || current === null) return false;
  const { name, type, options } = current;
  if (name !== wanted.name || type !== wanted.type) return false;
  if (Object.entries(wanted.options).some(([key, value]) => options[key] !== value)) return false;
  return JSON.stringify({ ...params, interface: entry.params.interface }) === entry.fields;
}

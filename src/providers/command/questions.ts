/**
 * The table of a command's questions and answers: what was asked about each logical port, what was answered, and what
 * is still open. It is what makes `prepare` synchronous: that asks the table, and the table is filled by the process.
 *
 * Invariants:
 * - An answer holds until the question is another one, the command says that its tables changed, or the process is
 *   another one. An interface that became what was answered is no other question.
 * - What was said to a question is said to it until `onChanged` has told that there is something else to say, or a round
 *   begins: whoever asks again, to check what the graph holds, hears what the graph heard.
 * - Of each logical port at most one question is open to create and one to remove. What is answered to an older one is
 *   not used.
 * - Every question to create that was answered is released once: by the graph, or here when the graph never got the
 *   answer.
 * - No clock is read here: the time is an argument.
 */
import { isDeepStrictEqual } from "node:util";
import type { Answer } from "../answer.ts";
import type { WantedInterface } from "../provider.ts";
import { becameAnswer, type Entry, outputOf, QuestionTable } from "./question-table.ts";
import type { PrepareParams } from "./wire.ts";

export type { Entry };

export interface QuestionsOptions {
  /** An entry is to be sent. */
  onUnsent(entry: Entry): void;
  /** What was answered is not needed any more. */
  release(params: PrepareParams, output: WantedInterface | null): void;
  /** What `prepare` says of these logical ports is another answer now. */
  onChanged(lports: readonly string[]): void;
}

export class Questions {
  readonly #options: QuestionsOptions;
  readonly #table = new QuestionTable();
  /** Those that are not answered, in the order in which they are asked. */
  readonly #awaited = new Set<Entry>();
  readonly #byId = new Map<number, Entry>();
  /** Open ones whose answer nobody waits for any more. */
  readonly #superseded = new Map<number, PrepareParams>();
  #round = 0;
  /** How often the graph asked something. */
  #prepared = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#table.size;
  }

  /** How many were sent that are not answered, and whose answer nobody waits for any more. */
  get superseded(): number {
    return this.#superseded.size;
  }

  /** Something was asked about the logical port. */
  isKnown(lport: string): boolean {
    return this.#table.of(lport).length > 0;
  }

  get awaited(): ReadonlySet<Entry> {
    return this.#awaited;
  }

  /** What may be sent now that only suspects are left: one at a time, so that it is known whose fault the next death is. */
  nextSuspect(): Entry | null {
    let next: Entry | null = null;
    for (const entry of this.#awaited) {
      if (!entry.isSuspect || entry.phase === "open") return null;
      next ??= entry;
    }
    return next;
  }

  /** @param awaiting what a port is told that waits for its answer */
  prepare(params: PrepareParams, now: number, awaiting: (entry: Entry) => Answer): Answer {
    const fields = JSON.stringify(params);
    const about = this.#table.about(params);
    const isSame = about !== undefined && (about.fields === fields || becameAnswer(about, params));
    let entry = isSame ? about : this.#table.became(params);
    if (entry === undefined) entry = this.#ask(params, fields, now, about);
    else if (entry.round !== this.#round) {
      if (entry.phase === "answered") entry = this.#askAgain(entry, now);
      else if (entry.phase === "open") entry.isOutdated = true;
      else this.#options.onUnsent(entry);
    }
    entry.round = this.#round;
    entry.prepared = ++this.#prepared;
    if (entry.told === null || entry.toldTo !== fields) {
      entry.told = sayOf(entry, params, awaiting);
      entry.toldTo = fields;
    }
    return entry.told;
  }

  /** The command's tables changed for this logical port: what is known of it is asked again. */
  askAgain(lport: string, now: number): void {
    this.#dropStaleRemovals(lport);
    for (const entry of this.#table.of(lport)) {
      // Whoever has not been asked yet will be asked about the tables of then.
      if (entry.phase !== "unsent") this.#askAgain(entry, now);
    }
  }

  /** Everything is to be asked again, as soon as the graph asks for it; what it does not ask for is gone. */
  nextRound(): void {
    for (const entry of [...this.#table]) {
      if (entry.round < this.#round) this.#drop(entry);
      else entry.toldTo = null;
    }
    this.#round++;
  }

  sent(entry: Entry, id: number): void {
    entry.phase = "open";
    entry.round = this.#round;
    entry.id = id;
    this.#byId.set(id, entry);
  }

  /** @returns false: nobody asked that */
  answered(id: number, now: number, read: (params: PrepareParams) => Answer): boolean {
    const old = this.#superseded.get(id);
    if (old !== undefined) {
      this.#superseded.delete(id);
      if (old.operation === "create") this.#options.release(old, null);
      return true;
    }
    const entry = this.#byId.get(id);
    if (entry === undefined) return false;
    if (entry.isOutdated) {
      this.#byId.delete(id);
      entry.id = null;
      entry.isSuspect = false;
      if (entry.params.operation === "create") this.#options.release(entry.params, null);
      this.#askAgain(entry, now);
      return true;
    }
    this.#byId.delete(id);
    this.#awaited.delete(entry);
    const answer = read(entry.params);
    entry.phase = "answered";
    entry.id = null;
    entry.isLate = false;
    entry.isSuspect = false;
    entry.answer = answer;
    const isCreate = entry.params.operation === "create";
    if (isDeepStrictEqual(entry.told, answer)) {
      // The graph has this answer, and has released it.
      if (isCreate) this.#options.release(entry.params, outputOf(answer));
      return true;
    }
    entry.isUnreleased = isCreate;
    this.#tellAnew([entry]);
    return true;
  }

  /** Questions that were asked before `before` and have no answer yet are late from now on. */
  late(before: number): void {
    const late: Entry[] = [];
    for (const entry of this.#awaited) {
      if (entry.since > before) break;
      if (entry.isLate) continue;
      entry.isLate = true;
      late.push(entry);
    }
    this.#tellAnew(late);
  }

  /** The process is gone: what was open is to be asked anew, in the order in which it was asked. */
  lost(): void {
    this.#byId.clear();
    this.#superseded.clear();
    for (const entry of this.#table) entry.isUnreleased = false;
    // A process that answers in turn was busy with the oldest.
    const [oldest] = [...this.#awaited].filter(({ phase }) => phase === "open");
    if (oldest !== undefined) oldest.isSuspect = true;
    for (const entry of this.#awaited) {
      entry.phase = "unsent";
      entry.isOutdated = false;
      entry.id = null;
    }
    // They are told why they wait.
    this.#tellAnew([...this.#awaited].filter(({ told, answer }) => told !== answer));
  }

  /**
   * @param about the name of the interface that the question was about; null: nothing was in place
   * @returns whether the command is to be told of it: it was answered by this process and not released
   */
  release(lport: string, about: string | null): boolean {
    const unreleased = this.#table.of(lport).filter(({ isUnreleased }) => isUnreleased);
    const entry = unreleased.find((one) => one.about === about) ?? unreleased[0];
    if (entry === undefined) return false;
    entry.isUnreleased = false;
    return true;
  }

  /**
   * The port's interface of that name is gone, and what was asked about it is over. What was answered to create another one is
   * about that one now; what is not released yet is not over.
   */
  removed(lport: string, name: string | null): void {
    for (const entry of this.#table.of(lport)) {
      const output = outputOf(entry.answer)?.name ?? null;
      if (entry.about !== name && output !== name) continue;
      if (output !== null && output !== name && !this.#table.knows(lport, output)) entry.about = output;
      else if (!entry.isUnreleased) this.#drop(entry);
    }
  }

  /** The port was about to go and stays after all: what was asked about its removal leads to nothing any more. */
  #dropStaleRemovals(lport: string): void {
    const all = this.#table.of(lport);
    const [create, more] = all.filter(({ params }) => params.operation === "create");
    // What is left over beside what is in place may still have to go.
    if (create === undefined || more !== undefined) return;
    const inPlace = create.about ?? outputOf(create.answer)?.name;
    for (const entry of all) {
      const isRemoval = entry.params.operation === "remove" && entry.about === inPlace;
      if (isRemoval && entry.prepared < create.prepared) this.#drop(entry);
    }
  }

  /** @param before what was asked about the same interface */
  #ask(params: PrepareParams, fields: string, now: number, before: Entry | undefined): Entry {
    const last = before ?? this.#table.answered(params);
    const isSame = before?.fields === fields;
    const isStillOpen = isSame && (before.phase === "unsent" || before.phase === "open");
    const entry: Entry = {
      lport: params.lport.name,
      about: before === undefined ? (params.interface?.name ?? null) : before.about,
      params,
      fields,
      phase: "unsent",
      id: null,
      // Whoever says again and again that its tables changed is no quicker for that.
      since: isStillOpen ? before.since : now,
      isLate: isStillOpen && before.isLate,
      answer: last?.answer ?? null,
      told: last?.told ?? null,
      toldTo: isSame ? before.toldTo : null,
      isUnreleased: false,
      isSuspect: isSame && before.isSuspect,
      isOutdated: false,
      round: this.#round,
      prepared: this.#prepared,
    };
    if (before !== undefined) this.#supersede(before);
    this.#table.put(entry);
    this.#awaited.add(entry);
    this.#options.onUnsent(entry);
    return entry;
  }

  #askAgain(entry: Entry, now: number): Entry {
    return this.#ask(entry.params, entry.fields, now, entry);
  }

  /** There is something else to say to these questions than what was said. */
  #tellAnew(entries: readonly Entry[]): void {
    for (const entry of entries) entry.toldTo = null;
    if (entries.length > 0) this.#options.onChanged(entries.map(({ lport }) => lport));
  }

  #supersede(entry: Entry): void {
    this.#awaited.delete(entry);
    if (entry.id !== null) {
      this.#byId.delete(entry.id);
      this.#superseded.set(entry.id, entry.params);
    }
    entry.phase = "over";
    if (entry.isUnreleased) this.#options.release(entry.params, null);
    entry.isUnreleased = false;
  }

  #drop(entry: Entry): void {
    this.#supersede(entry);
    this.#table.drop(entry);
  }
}

/** While a new answer is awaited, what is plugged stays as the last one left it. */
function sayOf(entry: Entry, params: PrepareParams, awaiting: (entry: Entry) => Answer): Answer {
  const { answer } = entry;
  if (entry.phase === "answered" && answer !== null) return answer;
  if (entry.isLate || answer === null || params.operation === "remove") return awaiting(entry);
  const output = outputOf(answer);
  // Nothing new is plugged on an answer to another question.
  return output !== null && output.name !== params.interface?.name ? awaiting(entry) : answer;
}

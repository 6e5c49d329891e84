/**
 * The life of a command's questions: which questions were asked about each logical port, their answers, and which are open.
 * This table makes `prepare` synchronous: `prepare` reads the table, and the process fills the table.
 *
 * Invariants:
 * - An answer holds until the question changes, the command says that its tables changed, or another process runs. A question
 *   does not change when its interface becomes equal to the answer.
 * - `prepare` repeats its last answer to a question until `onChanged` was called for the logical port, or a new round begins. A
 *   check of the graph that asks again therefore gets the answer that the graph got.
 * - For each interface of a logical port at most one question to create and one to remove is open. A late answer to an older
 *   question is not used.
 * - Every answered question to create is released once: by the graph, or here when the graph never got the answer.
 * - Nothing here reads a clock: the time is an argument.
 */
import { isDeepStrictEqual } from "node:util";
import type { Answer } from "../answer.ts";
import type { WantedInterface } from "../provider.ts";
import { type Entry, outputOf, QuestionTable } from "./question-table.ts";
import { leaves, sayOf, toldBy } from "./told.ts";
import type { PrepareParams } from "./wire.ts";

export type { Entry };

export interface QuestionsOptions {
  /** Called with an entry that has to be sent. */
  onUnsent(entry: Entry): void;
  /** Called with an answered question whose answer nobody needs any more. @param output null: the answer was not ready */
  release(params: PrepareParams, output: WantedInterface | null): void;
  /** Called when `prepare` gives another answer for these logical ports now. */
  onChanged(lports: readonly string[]): void;
}

/** The count before the graph's first question. */
const NEVER = 0;

/** The limit on questions that one entry answers: more than the interfaces that a logical port has at once. */
const MAX_REPEATED = 8;

export class Questions {
  readonly #options: QuestionsOptions;
  readonly #table = new QuestionTable();
  /** The questions without an answer, in the order in which they are asked. */
  readonly #awaited = new Set<Entry>();
  readonly #byId = new Map<number, Entry>();
  /** The open questions whose answer nobody waits for any more, by message number, with the length of their fields as text. */
  readonly #superseded = new Map<number, { readonly params: PrepareParams; readonly length: number }>();
  #supersededLength = 0;
  #round = 0;
  /** The number of questions that the graph asked. */
  #prepared = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#table.size;
  }

  /** The open questions whose answer nobody waits for any more: their number, and their length in UTF-16 code units. */
  get superseded(): { readonly count: number; readonly length: number } {
    return { count: this.#superseded.size, length: this.#supersededLength };
  }

  /** Whether the table has a question about the logical port. */
  isKnown(lport: string): boolean {
    return this.#table.of(lport).length > 0;
  }

  get awaited(): ReadonlySet<Entry> {
    return this.#awaited;
  }

  /** The next suspect, when only suspects are left and none is open. Sent one at a time, the guilty question becomes known. */
  nextSuspect(): Entry | null {
    let next: Entry | null = null;
    for (const entry of this.#awaited) {
      if (!entry.isSuspect || entry.phase === "open") return null;
      next ??= entry;
    }
    return next;
  }

  /** @param awaiting makes the answer for a question that has no answer yet */
  prepare(params: PrepareParams, now: number, awaiting: (entry: Entry) => Answer): Answer {
    const fields = this.#table.fieldsOf(params);
    const about = this.#entryAbout(params);
    const isSame =
      about !== undefined && (about.fields === fields || this.#table.becameAnswer(about, params));
    // Another question's answer may stand for a question about an interface that nothing has been asked about yet.
    let entry = isSame ? about : about === undefined ? this.#table.became(params) : undefined;
    if (entry === undefined) entry = this.#ask(params, fields, now, about);
    else if (entry.round !== this.#round) {
      if (entry.phase === "answered") entry = this.#askAgain(entry, now);
      else if (entry.phase === "open") entry.isOutdated = true;
      else this.#options.onUnsent(entry);
    }
    entry.round = this.#round;
    entry.prepared = ++this.#prepared;
    entry.told = entry.repeated.get(fields) ?? sayOf(entry, params, awaiting);
    entry.repeated.set(fields, entry.told);
    const [oldest = fields] = entry.repeated.keys();
    if (entry.repeated.size > MAX_REPEATED) entry.repeated.delete(oldest);
    return entry.told;
  }

  /**
   * The question about the interface. Somebody may have removed an earlier interface of that name by hand: then the question about
   * that one is older than the question from which the interface has come, and ends.
   */
  #entryAbout(params: PrepareParams): Entry | undefined {
    const about = this.#table.about(params);
    const became = this.#table.became(params);
    if (about === undefined || became?.about !== null || became.prepared < about.prepared) return about;
    this.#drop(about);
    became.about = about.about;
    return became;
  }

  /** The tables of the command changed for this logical port: its questions are asked again. */
  askAgain(lport: string, now: number): void {
    this.#dropStaleRemovals(lport);
    for (const entry of this.#table.of(lport)) {
      // The answer to a question that is not sent yet will come from the changed tables.
      if (entry.phase !== "unsent") this.#askAgain(entry, now);
    }
  }

  /** Begins a round: each question is asked again when the graph asks it, and dropped when the graph does not. */
  nextRound(): void {
    for (const entry of [...this.#table]) {
      if (entry.round < this.#round) this.#drop(entry);
      else entry.repeated.clear();
    }
    this.#round++;
  }

  sent(entry: Entry, id: number): void {
    entry.phase = "open";
    entry.round = this.#round;
    entry.id = id;
    this.#byId.set(id, entry);
  }

  /** Takes an answer. @param id the message number of the question @returns false: no open question has this number */
  answered(id: number, now: number, read: (params: PrepareParams) => Answer): boolean {
    const old = this.#superseded.get(id);
    if (old !== undefined) {
      this.#superseded.delete(id);
      this.#supersededLength -= old.length;
      const { params } = old;
      if (params.operation === "create") this.#options.release(params, outputOf(read(params)));
      return true;
    }
    const entry = this.#byId.get(id);
    if (entry === undefined) return false;
    if (entry.isOutdated) {
      this.#byId.delete(id);
      entry.id = null;
      entry.isSuspect = false;
      if (entry.params.operation === "create")
        this.#options.release(entry.params, outputOf(read(entry.params)));
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
    if (toldBy(entry).every((told) => isDeepStrictEqual(told, answer))) {
      // The graph has this answer, and has released it.
      if (isCreate) this.#options.release(entry.params, outputOf(answer));
      return true;
    }
    entry.isUnreleased = isCreate;
    this.#tellAnew([entry]);
    return true;
  }

  /** Questions that have had no answer for `lateMs` are late from now on. */
  late(now: number, lateMs: number): void {
    const late: Entry[] = [];
    for (const entry of this.#awaited) {
      if (entry.since + lateMs > now) break;
      if (entry.isLate) continue;
      entry.isLate = true;
      late.push(entry);
    }
    this.#tellAnew(late);
  }

  /** The process has ended: open questions are asked anew, in the same order. */
  lost(): void {
    this.#byId.clear();
    this.#superseded.clear();
    this.#supersededLength = 0;
    for (const entry of this.#table) entry.isUnreleased = false;
    // A process that answers in order was busy with the oldest question.
    const [oldest] = [...this.#awaited].filter(({ phase }) => phase === "open");
    if (oldest !== undefined) oldest.isSuspect = true;
    for (const entry of this.#awaited) {
      entry.phase = "unsent";
      entry.isOutdated = false;
      entry.id = null;
    }
    // The reason for which these ports wait has changed.
    this.#tellAnew([...this.#awaited].filter((entry) => toldBy(entry).some((told) => told !== entry.answer)));
  }

  /**
   * @param about the name of the interface in question; null: no interface was in place
   * @returns whether the command has to be told: this process gave the answer, and the answer was not released
   */
  release(lport: string, about: string | null): boolean {
    const unreleased = this.#table.of(lport).filter(({ isUnreleased }) => isUnreleased);
    const entry = unreleased.find((one) => one.about === about) ?? unreleased[0];
    if (entry === undefined) return false;
    entry.isUnreleased = false;
    return true;
  }

  /**
   * The interface of that name was removed, and its questions end. A question whose answer has another interface name is about
   * that interface from now on, and takes the place of an older question about it. A question stays when its answer is not
   * released, and when the graph has asked for another interface since it asked about the removal: another port took the
   * interface over, and the port is wanted still.
   */
  removed(lport: string, name: string | null): void {
    const entries = this.#table.of(lport);
    const removal = entries.find(({ params, about }) => params.operation === "remove" && about === name);
    // A question about the removal that was dropped before was older than the question about what the port wants.
    const removalAsked = removal?.prepared ?? NEVER;
    for (const entry of entries) {
      const output = outputOf(entry.answer)?.name ?? null;
      if (entry.phase === "over" || (entry.about !== name && output !== name)) continue;
      const isNext = output !== null && output !== name;
      const former = isNext ? this.#table.createAbout(lport, output) : undefined;
      if (isNext && (former === undefined || former.prepared < entry.prepared)) {
        if (former !== undefined) this.#drop(former);
        entry.about = output;
        // The former interface may be in place all the same, when the database did not say legibly what became of it.
        this.#options.onChanged([lport]);
      } else if (!entry.isUnreleased && (entry.about === name || entry.prepared <= removalAsked)) {
        this.#drop(entry);
      }
    }
  }

  /** Drops every question about the logical port: the graph asks none of them any more. */
  forget(lport: string): void {
    for (const entry of this.#table.of(lport)) this.#drop(entry);
  }

  /** The port was due to be unplugged and stays after all: drops the questions about its removal. */
  #dropStaleRemovals(lport: string): void {
    const all = this.#table.of(lport);
    const [create, more] = all.filter(({ params }) => params.operation === "create");
    // Leftovers beside the interface in place may still have to be removed.
    if (create === undefined || more !== undefined) return;
    // The interface that the port is to leave, for another one or for another owner, may have to be removed.
    if (create.told !== null && leaves(create.told, create.about)) return;
    const inPlace = create.about ?? outputOf(create.answer)?.name;
    for (const entry of all) {
      const isRemoval = entry.params.operation === "remove" && entry.about === inPlace;
      if (isRemoval && entry.prepared < create.prepared) this.#drop(entry);
    }
  }

  /** @param before the former question about the same interface */
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
      // A command that keeps saying that its tables changed gets no more time to answer.
      since: isStillOpen ? before.since : now,
      isLate: isStillOpen && before.isLate,
      answer: last?.answer ?? null,
      told: last?.told ?? null,
      repeated: isSame ? before.repeated : new Map(),
      isUnreleased: false,
      isSuspect: isSame && before.isSuspect,
      isOutdated: false,
      round: this.#round,
      prepared: before?.prepared ?? this.#prepared,
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

  /** Notes that `prepare` gives other answers to these questions now. */
  #tellAnew(entries: readonly Entry[]): void {
    for (const entry of entries) entry.repeated.clear();
    if (entries.length > 0) this.#options.onChanged(entries.map(({ lport }) => lport));
  }

  #supersede(entry: Entry): void {
    this.#awaited.delete(entry);
    if (entry.id !== null) {
      this.#byId.delete(entry.id);
      this.#superseded.set(entry.id, { params: entry.params, length: entry.fields.length });
      this.#supersededLength += entry.fields.length;
    }
    entry.phase = "over";
    if (entry.isUnreleased) this.#options.release(entry.params, outputOf(entry.answer));
    entry.isUnreleased = false;
  }

  #drop(entry: Entry): void {
    this.#supersede(entry);
    this.#table.drop(entry);
  }
}

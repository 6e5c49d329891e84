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
import { type Answer, misplacedIn } from "../answer.ts";
import type { WantedInterface } from "../provider.ts";
import type { PrepareParams } from "./wire.ts";

export interface Entry {
  readonly lport: string;
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
  /** The last round of questions in which the graph had it, or it was sent. */
  round: number;
  /** Counts up with everything that the graph asks: the last time that it asked this. */
  asked: number;
}

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
  readonly #entries = new Map<string, Entry>();
  /** Those that are not answered, the oldest first. */
  readonly #awaited = new Set<Entry>();
  readonly #byId = new Map<number, Entry>();
  /** Open ones whose answer nobody waits for any more. */
  readonly #superseded = new Map<number, PrepareParams>();
  #round = 0;
  #asked = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
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
    const key = keyOf(params.operation, params.lport.name);
    const fields = JSON.stringify(params);
    let entry = this.#entries.get(key);
    if (entry === undefined || !(entry.fields === fields || becameAnswer(entry, params))) {
      entry = this.#ask(key, params, fields, now, entry);
    } else if (entry.round !== this.#round) {
      if (entry.phase === "answered") entry = this.#ask(key, entry.params, entry.fields, now, entry);
      else this.#options.onUnsent(entry);
    }
    entry.round = this.#round;
    entry.asked = ++this.#asked;
    if (entry.told === null || entry.toldTo !== fields) {
      entry.told = sayOf(entry, params, awaiting);
      entry.toldTo = fields;
    }
    return entry.told;
  }

  /** The command's tables changed for this logical port: what is known of it is asked again. */
  askAgain(lport: string, now: number): void {
    this.#dropStaleRemoval(lport);
    for (const operation of ["create", "remove"] as const) {
      const key = keyOf(operation, lport);
      const entry = this.#entries.get(key);
      if (entry !== undefined) this.#ask(key, entry.params, entry.fields, now, entry);
    }
  }

  /** Everything is to be asked again, as soon as the graph asks for it; what it does not ask for is gone. */
  nextRound(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.round < this.#round) this.#drop(key, entry);
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
  answered(id: number, read: (params: PrepareParams) => Answer): boolean {
    const old = this.#superseded.get(id);
    if (old !== undefined) {
      this.#superseded.delete(id);
      if (old.operation === "create") this.#options.release(old, null);
      return true;
    }
    const entry = this.#byId.get(id);
    if (entry === undefined) return false;
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
    for (const entry of this.#entries.values()) entry.isUnreleased = false;
    // A process that answers in turn was busy with the oldest.
    const [oldest] = [...this.#awaited].filter(({ phase }) => phase === "open");
    if (oldest !== undefined) oldest.isSuspect = true;
    for (const entry of this.#awaited) {
      entry.phase = "unsent";
      entry.id = null;
    }
    // They are told why they wait.
    this.#tellAnew([...this.#awaited].filter(({ told, answer }) => told !== answer));
  }

  /** @returns whether the command is to be told of it: it was answered by this process and not released */
  release(lport: string): boolean {
    const entry = this.#entries.get(keyOf("create", lport));
    if (entry?.isUnreleased !== true) return false;
    entry.isUnreleased = false;
    return true;
  }

  /** The interface is gone. What was asked about another one for the port, and is not released yet, is not over. */
  removed(lport: string): void {
    for (const operation of ["create", "remove"] as const) {
      const key = keyOf(operation, lport);
      const entry = this.#entries.get(key);
      if (entry !== undefined && !entry.isUnreleased) this.#drop(key, entry);
    }
  }

  /** The port was about to go and stays after all: what was asked about its removal leads to nothing any more. */
  #dropStaleRemoval(lport: string): void {
    const [create, key] = [this.#entries.get(keyOf("create", lport)), keyOf("remove", lport)];
    const removal = this.#entries.get(key);
    if (create !== undefined && removal !== undefined && removal.asked < create.asked)
      this.#drop(key, removal);
  }

  #ask(key: string, params: PrepareParams, fields: string, now: number, before: Entry | undefined): Entry {
    if (before !== undefined) this.#supersede(before);
    const entry: Entry = {
      lport: params.lport.name,
      params,
      fields,
      phase: "unsent",
      id: null,
      since: now,
      isLate: false,
      answer: before?.answer ?? null,
      told: before?.told ?? null,
      toldTo: before?.fields === fields ? before.toldTo : null,
      isUnreleased: false,
      isSuspect: before?.fields === fields && before.isSuspect,
      round: this.#round,
      asked: this.#asked,
    };
    this.#entries.set(key, entry);
    this.#awaited.add(entry);
    this.#options.onUnsent(entry);
    return entry;
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

  #drop(key: string, entry: Entry): void {
    this.#supersede(entry);
    this.#entries.delete(key);
  }
}

function keyOf(operation: PrepareParams["operation"], lport: string): string {
  return `${operation} ${lport}`;
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

function outputOf(answer: Answer): WantedInterface | null {
  return answer.kind === "plug" ? answer.wanted : null;
}

/** All but the interface is as it was when it was asked, and the interface is what was answered. */
function becameAnswer(entry: Entry, params: PrepareParams): boolean {
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

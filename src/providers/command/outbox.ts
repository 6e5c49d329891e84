/**
 * What is on its way to the program of a command: questions that are to be asked, and every `finish` that the program may
 * not have read.
 *
 * Invariants: nothing is written while the process is not ready, and questions are written only while there is room. A
 * `finish` is said before everything that comes after it, and again to the next process when this one died before it
 * showed that it had read the notification.
 */
import type { Entry, Questions } from "./questions.ts";
import type { Supervisor } from "./supervisor.ts";
import { notification, question } from "./wire.ts";

/** Questions are written together up to about so many characters: few calls, and a bound on what is written beyond the room. */
const WRITE_LENGTH = 64 << 10;

/** How long a question that may have ended the process waits until nothing else is to be asked, in milliseconds. */
const SUSPECT_MS = 10;

/** Said to the program, and perhaps not read by it. */
interface Finish {
  readonly text: string;
  /** An answer with this number, or a later one, shows that it was read; null: it was not said. */
  readBy: number | null;
}

export class Outbox {
  readonly #supervisor: Supervisor;
  readonly #questions: Questions;
  readonly #unsent = new Set<Entry>();
  #finishes: Finish[] = [];
  #suspectTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(supervisor: Supervisor, questions: Questions) {
    this.#supervisor = supervisor;
    this.#questions = questions;
  }

  /** The question is asked with the next `flush` for which there is room. */
  put(entry: Entry): void {
    this.#unsent.add(entry);
  }

  /** Said with the next `flush`. */
  finish(params: object): void {
    this.#finishes.push({ text: notification("finish", params), readBy: null });
  }

  /** Said now, or to nobody: whoever starts later knows of nothing that could be released. */
  notify(method: "release" | "arrange", params: object): void {
    if (!this.#isOpen) return;
    this.#sayFinishes();
    this.#supervisor.send(notification(method, params));
  }

  /** @returns how many questions were asked */
  flush(): number {
    if (!this.#isOpen) return 0;
    this.#sayFinishes();
    let asked = 0;
    let text = "";
    const write = () => {
      if (text !== "") this.#supervisor.send(text);
      text = "";
    };
    for (const entry of this.#unsent) {
      if (text.length >= WRITE_LENGTH) write();
      if (!this.#supervisor.hasRoom) break;
      this.#unsent.delete(entry);
      if (entry.phase !== "unsent" || entry.isSuspect) continue;
      text += this.#askedIn(entry);
      asked++;
    }
    write();
    this.#planSuspect();
    return asked;
  }

  /** The process has answered the question of this number, so it has read all that was said before the question. */
  answered(id: number): void {
    this.#planSuspect();
    const unread = this.#finishes.findIndex(({ readBy }) => readBy === null || readBy > id);
    if (unread !== 0) this.#finishes = unread < 0 ? [] : this.#finishes.slice(unread);
  }

  /** The process is gone: what it was asked, and may not have read, is for the next one. */
  lost(): void {
    for (const finish of this.#finishes) finish.readBy = null;
    this.#unsent.clear();
    for (const entry of this.#questions.awaited) this.#unsent.add(entry);
  }

  /** Says what has to be said before the process ends; nothing is asked any more. */
  close(): void {
    if (this.#suspectTimer !== null) clearTimeout(this.#suspectTimer);
    if (this.#isOpen) this.#sayFinishes();
  }

  get #isOpen(): boolean {
    return this.#supervisor.phase.kind === "ready";
  }

  #sayFinishes(): void {
    for (const finish of this.#finishes) {
      if (finish.readBy !== null) continue;
      this.#supervisor.send(finish.text);
      finish.readBy = this.#supervisor.nextId();
    }
  }

  /** Not in this turn, in which the graph may have more to ask. */
  #planSuspect(): void {
    if (this.#suspectTimer !== null || this.#questions.nextSuspect() === null) return;
    this.#suspectTimer = setTimeout(() => {
      this.#suspectTimer = null;
      const suspect = this.#questions.nextSuspect();
      if (suspect !== null && this.#supervisor.hasRoom) this.#supervisor.send(this.#askedIn(suspect));
    }, SUSPECT_MS);
  }

  /** The message in which the question is asked; it is open from now on. */
  #askedIn(entry: Entry): string {
    const id = this.#supervisor.nextId();
    this.#questions.sent(entry, id);
    return question(id, entry.fields);
  }
}

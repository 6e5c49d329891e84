/**
 * The messages on their way to the program of a command: questions that are not sent yet, and every `finish` that the program
 * may not have read.
 *
 * Invariants: messages are written only while the process is ready, and questions only while there is room. A `finish` goes out
 * before every later message. When a process ends before its answers prove that it has read a `finish`, the next process gets
 * the `finish` again.
 */
import type { Entry, Questions } from "./questions.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Time } from "./time.ts";
import { notification, request } from "./wire.ts";

/** Questions are written together up to about this length: few calls, and a bound on characters beyond the room. */
const WRITE_LENGTH = 64 << 10;

/** The time that a question which may have ended the process waits for other questions to go first, in milliseconds. */
const SUSPECT_MS = 10;

/** A notification that the program may not have read. */
interface Finish {
  readonly text: string;
  /** An answer with this number, or a later number, proves that the program has read the notification; null: it was not sent. */
  readBy: number | null;
}

export class Outbox {
  readonly #time: Time;
  readonly #supervisor: Supervisor;
  readonly #questions: Questions;
  readonly #unsent = new Set<Entry>();
  #finishes: Finish[] = [];
  #cancelSuspect: (() => void) | null = null;

  constructor(time: Time, supervisor: Supervisor, questions: Questions) {
    this.#time = time;
    this.#supervisor = supervisor;
    this.#questions = questions;
  }

  /** Sends the question with the next `flush` for which there is room. A process that starts later gets the question by `begin`. */
  put(entry: Entry): void {
    if (this.#isOpen) this.#unsent.add(entry);
  }

  /** The process is ready, and gets every question that has no answer. */
  begin(): void {
    this.#unsent.clear();
    for (const entry of this.#questions.awaited) this.#unsent.add(entry);
  }

  /** Sends `finish` with the next `flush`. */
  finish(params: object): void {
    this.#finishes.push({ text: notification("finish", params), readBy: null });
  }

  /** Sends the notification now, or never: a process that starts later has nothing to release. */
  notify(method: "release" | "arrange", params: object): void {
    if (!this.#isOpen) return;
    this.#sayFinishes();
    this.#supervisor.send(notification(method, params));
  }

  /** Sends what may be sent now. @returns the number of questions sent */
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

  /** Forgets each `finish` before the question of this number: the process has answered, so it has read all messages before. */
  answered(id: number): void {
    this.#planSuspect();
    const unread = this.#finishes.findIndex(({ readBy }) => readBy === null || readBy > id);
    if (unread !== 0) this.#finishes = unread < 0 ? [] : this.#finishes.slice(unread);
  }

  /** The process has ended: the next process gets the open questions, and each `finish` that may be unread. */
  lost(): void {
    for (const finish of this.#finishes) finish.readBy = null;
    this.#unsent.clear();
  }

  /** Sends the last `finish` notifications before the process ends; no question follows. */
  close(): void {
    this.#cancelSuspect?.();
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

  /** Plans the next suspect for later: in this turn the graph may have more questions. */
  #planSuspect(): void {
    if (this.#cancelSuspect !== null || this.#questions.nextSuspect() === null) return;
    this.#cancelSuspect = this.#time.timer(SUSPECT_MS, () => {
      this.#cancelSuspect = null;
      const suspect = this.#questions.nextSuspect();
      if (suspect !== null && this.#supervisor.hasRoom) this.#supervisor.send(this.#askedIn(suspect));
    });
  }

  /** Makes the message of the question, and notes the question as open. */
  #askedIn(entry: Entry): string {
    const id = this.#supervisor.nextId();
    this.#questions.sent(entry, id);
    return request(id, "prepare", entry.params);
  }
}

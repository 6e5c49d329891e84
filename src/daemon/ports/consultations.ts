/**
 * Ends what `prepare` began: sees that every consultation of a `create` is released once, after its commit when there
 * was one (src/providers/provider.ts).
 *
 * A consultation is released at once when nothing is to be written on it: it was not ready, or the interface is in
 * place. One that was ready and waits for something else (a name that is taken, the lock) is kept until it is used or
 * another one takes its place.
 */
import { type Advice, consultationsOf } from "../../plug/advice.ts";
import { isSettled, type LportStatus } from "../../plug/lport-status.ts";
import { type Consultation, prepareInputOf } from "../../plug/question.ts";
import type { Answer } from "../../providers/answer.ts";

interface Ended {
  readonly advice: Advice;
  readonly committed: boolean;
}

export class Consultations {
  readonly #kept = new Map<string, Consultation>();
  /** Used or released: nothing more is to be done about them. A consultation is known by its answer. */
  readonly #ended = new WeakSet<Answer>();

  /** To be called for every port whose answers or status changed in a run of the graph. */
  follow(lport: string, advice: Advice | undefined, status: LportStatus | undefined): void {
    const current = consultationsOf(advice).find(isCreate);
    const kept = this.#kept.get(lport);
    if (kept !== undefined && kept.answer !== current?.answer) this.#release(lport, kept);
    const probe = advice?.kind === "asked" ? (advice.several?.probe ?? null) : null;
    if (probe !== null && !this.#ended.has(probe.answer)) this.#discard(probe);
    if (current === undefined || this.#ended.has(current.answer)) return;
    const isWaiting = status !== undefined && !isSettled(status);
    if (current.answer.kind === "plug" && isWaiting) this.#kept.set(lport, current);
    else this.#release(lport, current);
  }

  /** The change is on its way: its consultations end with its outcome, and one that was kept until now has ended. */
  use(lport: string, advice: Advice): void {
    const kept = this.#kept.get(lport);
    for (const { question, answer } of consultationsOf(advice)) {
      question.provider.changeBegins();
      this.#ended.add(answer);
      if (answer === kept?.answer) this.#kept.delete(lport);
    }
    if (kept !== undefined && this.#kept.has(lport)) this.#release(lport, kept);
  }

  /**
   * The outcome of the changes of one transaction: `finish` after a commit, then `release`. All that is left comes first:
   * what a provider undoes for one port may be what another one does to the very same device for another.
   */
  end(outcomes: readonly Ended[]): void {
    const held = outcomes.flatMap(({ advice, committed }) =>
      consultationsOf(advice).map((consultation) => ({ ...consultation, committed })),
    );
    const [created, removed] = [held.filter(isCreate), held.filter((one) => !isCreate(one))];
    for (const { question, answer, committed } of [...removed, ...created]) {
      const input = prepareInputOf(question);
      const output = answer.kind === "plug" ? answer.wanted : null;
      if (committed) question.provider.finish(input, output);
      if (input.operation === "create") question.provider.release(input, output);
      question.provider.changeEnds();
    }
  }

  /** A provider is about to go: what is kept of its answers leads to nothing any more. */
  releaseOf(type: string): void {
    for (const [lport, consultation] of [...this.#kept]) {
      if (consultation.question.provider.type === type) this.#release(lport, consultation);
    }
  }

  releaseAll(): void {
    for (const [lport, consultation] of [...this.#kept]) this.#release(lport, consultation);
  }

  #release(lport: string, consultation: Consultation): void {
    this.#kept.delete(lport);
    this.#discard(consultation);
  }

  #discard({ question, answer }: Consultation): void {
    this.#ended.add(answer);
    question.provider.release(prepareInputOf(question), answer.kind === "plug" ? answer.wanted : null);
  }
}

function isCreate({ question }: Pick<Consultation, "question">): boolean {
  return question.operation === "create";
}

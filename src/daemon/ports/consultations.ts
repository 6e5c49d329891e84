/**
 * Ends consultations: every consultation about a `create` is released once, after its commit if there is one
 * (src/providers/provider.ts).
 *
 * A consultation that leads to no change is released at once: the provider was not ready, or the interface is in place as the
 * provider asked for. A consultation that is ready and waits (for a taken name, for a port that stays to be wanted again) is kept
 * until a change uses it or another consultation replaces it.
 */
import { type Advice, consultationsOf, probeOf } from "../../plug/advice.ts";
import { satisfies } from "../../plug/desired.ts";
import { isSettled, type LportStatus } from "../../plug/lport-status.ts";
import { type Consultation, prepareInputOf } from "../../plug/question.ts";
import type { Answer } from "../../providers/answer.ts";

interface Ended {
  readonly advice: Advice;
  readonly committed: boolean;
}

export class Consultations {
  readonly #kept = new Map<string, Consultation>();
  /** The consultations that were used or released, by their answers. */
  readonly #ended = new WeakSet<Answer>();

  /** Call this for every port whose answers or status changed in a run of the graph. */
  follow(lport: string, advice: Advice | undefined, status: LportStatus | undefined): void {
    const current = consultationsOf(advice).find(isCreate);
    const kept = this.#kept.get(lport);
    if (kept !== undefined && kept.answer !== current?.answer) this.#release(lport, kept);
    const probe = probeOf(advice);
    // The answer of the probe may be the very answer about the port.
    if (probe !== null && probe.answer !== current?.answer) this.#discard(probe);
    if (current === undefined || this.#ended.has(current.answer)) return;
    const isWaiting = status !== undefined && !(isSettled(status) && isInPlace(current));
    if (current.answer.kind === "plug" && isWaiting) this.#kept.set(lport, current);
    else this.#release(lport, current);
  }

  /** The change was sent: its consultations end with its outcome, and a kept consultation ends now. */
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
   * The outcome of the changes of one transaction: `finish` after a commit, then `release`. The calls for removed interfaces come
   * first, because one provider may take down the same device that another provider sets up for another port.
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

  /** Releases the kept consultations of a provider that is about to be unregistered. */
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
    if (this.#ended.has(answer)) return;
    this.#ended.add(answer);
    question.provider.release(prepareInputOf(question), answer.kind === "plug" ? answer.wanted : null);
  }
}

/** The interface in place is as the provider asked for: a port that only stays for some time may have another one. */
function isInPlace({ question, desired }: Consultation): boolean {
  return question.interface !== null && desired !== null && satisfies(question.interface, desired);
}

function isCreate({ question }: Pick<Consultation, "question">): boolean {
  return question.operation === "create";
}

/**
 * Calls the providers that may act before a commit. `arrange` is called once for each answer that asks for the call, and for each
 * interface in place at the first complete pass and after each change of the provider's lookup tables. `tidy` is called at the
 * first complete pass, and after each later one until the provider asks for no more calls (src/providers/provider.ts).
 *
 * Invariant: no call while this daemon may not write.
 */
import { type Advice, consultationsOf } from "../../plug/advice.ts";
import { type Consultation, prepareInputOf } from "../../plug/question.ts";
import type { Answer } from "../../providers/answer.ts";
import type { PrepareInput } from "../../providers/provider.ts";
import type { RegisteredProvider } from "../../providers/registry.ts";

/** The provider and the state of its tables for which an interface in place was arranged. */
interface Arranged {
  readonly provider: RegisteredProvider;
  readonly lookup: number;
}

/** The knowledge of a daemon that may write. */
export interface Standing {
  /** True: a complete pass has no obstacle. */
  readonly isComplete: boolean;
  readonly providers: readonly RegisteredProvider[];
  /** The names of all owned interfaces. */
  owned(): ReadonlySet<string>;
}

export class Arrangements {
  readonly #inPlace = new Map<string, Arranged>();
  /** The answers that asked for `arrange` and got the call. */
  readonly #asked = new WeakSet<Answer>();
  readonly #tidied = new WeakSet<RegisteredProvider>();
  #isComplete = false;

  /**
   * Call this after every run of the graph.
   * @param standing null: this daemon may not write
   * @param changed the logical ports whose answers changed in this run
   */
  follow(standing: Standing | null, advice: ReadonlyMap<string, Advice>, changed: Iterable<string>): void {
    if (standing === null) {
      this.#isComplete = false;
      this.#inPlace.clear();
      return;
    }
    const isFirst = standing.isComplete && !this.#isComplete;
    this.#isComplete ||= standing.isComplete;
    for (const lport of isFirst ? advice.keys() : changed) this.#look(lport, advice.get(lport));
    if (standing.isComplete) this.#tidy(standing, advice);
  }

  #tidy({ providers, owned }: Standing, advice: ReadonlyMap<string, Advice>): void {
    for (const provider of providers) {
      if (this.#tidied.has(provider)) continue;
      // Most calls look at neither.
      const around = {
        get asked() {
          return questionsTo(provider, advice);
        },
        get owned() {
          return owned();
        },
      };
      if (provider.tidy(around)) this.#tidied.add(provider);
    }
  }

  /** Notes a written interface, which needs no `arrange` because `finish` was called. */
  written(lport: string, { question }: Consultation): void {
    this.#inPlace.set(lport, arrangedFor(question));
  }

  #look(lport: string, advice: Advice | undefined): void {
    const main = advice?.kind === "asked" ? advice.main : null;
    if (main === null || main.question.operation !== "create" || main.question.interface === null) {
      this.#inPlace.delete(lport);
    }
    if (main === null || main.question.operation !== "create") return;
    const { question, answer } = main;
    if (answer.kind === "not-ready" && answer.arrange === true) {
      if (this.#asked.has(answer)) return;
      this.#asked.add(answer);
    } else {
      const before = this.#inPlace.get(lport);
      const now = arrangedFor(question);
      const isKnown = before?.provider === now.provider && before.lookup === now.lookup;
      if (question.interface === null || !this.#isComplete || isKnown) return;
      this.#inPlace.set(lport, now);
    }
    question.provider.arrange(prepareInputOf(question));
  }
}

function questionsTo(
  { type }: RegisteredProvider,
  advice: ReadonlyMap<string, Advice>,
): readonly PrepareInput[] {
  return [...advice.values()]
    .flatMap(consultationsOf)
    .filter(({ question }) => question.provider.type === type)
    .map(({ question }) => prepareInputOf(question));
}

function arrangedFor({ provider, lookup }: Consultation["question"]): Arranged {
  return { provider, lookup };
}

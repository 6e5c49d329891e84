/** Providers that say again, in the same order, what they said when the record was made. */
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { Providers } from "../plug/nodes/provider-lookup.ts";
import type { Answer } from "../providers/answer.ts";
import type { PrepareInput } from "../providers/provider.ts";
import type { RegisteredProvider } from "../providers/registry.ts";
import type { RecordedAnswer, RecordedProvider, RecordedRun } from "./format.ts";

const strings = v.record(v.string(), v.string());
const wantedSchema = v.object({ name: v.string(), type: v.string(), options: strings });
const answerSchema: v.GenericSchema<unknown, Answer> = v.variant("kind", [
  v.object({
    kind: v.literal("plug"),
    wanted: v.union([v.object({ ...wantedSchema.entries, otherConfig: strings }), wantedSchema]),
  }),
  v.object({ kind: v.literal("unplug") }),
  v.object({ kind: v.literal("not-ready"), reason: v.string() }),
  v.object({ kind: v.literal("broken"), reason: v.string() }),
]);

export class RecordedProviders implements Providers {
  #byPlugType: ReadonlyMap<string, RegisteredProvider> = new Map();
  #lookups: ReadonlyMap<string, number> = new Map();
  #answers: RecordedAnswer[] = [];

  forPlugType(plugType: string): RegisteredProvider | undefined {
    return this.#byPlugType.get(plugType);
  }

  lookups(): ReadonlyMap<string, number> {
    return this.#lookups;
  }

  /** What the providers are and say in the run to come. */
  prepareFor({ answers, providers, lookups }: RecordedRun): void {
    this.#answers = [...answers];
    if (providers !== undefined) this.#byPlugType = this.#register(providers);
    if (lookups !== undefined) this.#lookups = new Map(Object.entries(lookups));
  }

  /** @throws Error when fewer questions were asked in this run than were recorded */
  assertAllAsked(): void {
    const [next] = this.#answers;
    if (next !== undefined)
      throw new Error(`the record goes on with an answer about ${next.lport}, which was not asked for`);
  }

  #register(providers: readonly RecordedProvider[]): ReadonlyMap<string, RegisteredProvider> {
    const byPlugType = new Map<string, RegisteredProvider>();
    for (const recorded of providers) {
      // One that is still the same stays the same object, because answers are kept by it.
      const known = this.#byPlugType.get(recorded.plugTypes[0] ?? "");
      const provider = known !== undefined && isSame(known, recorded) ? known : this.#provider(recorded);
      for (const plugType of recorded.plugTypes) byPlugType.set(plugType, provider);
    }
    return byPlugType;
  }

  #provider({ type, plugTypes, maintainedOptions }: RecordedProvider): RegisteredProvider {
    return {
      type,
      plugTypes,
      maintainedOptions: new Set(maintainedOptions),
      prepare: (input) => this.#sayAgain(type, input),
      finish: () => {},
      release: () => {},
    };
  }

  #sayAgain(type: string, { operation, lport }: PrepareInput): Answer {
    const next = this.#answers.shift();
    if (next?.provider !== type || next.operation !== operation || next.lport !== lport.name) {
      const recorded = next === undefined ? "nothing" : `${next.provider} ${next.operation} ${next.lport}`;
      throw new Error(`asked ${type} to ${operation} ${lport.name}, but the record goes on with ${recorded}`);
    }
    return v.parse(answerSchema, next.answer);
  }
}

function isSame(
  { type, plugTypes, maintainedOptions }: RegisteredProvider,
  recorded: RecordedProvider,
): boolean {
  return isDeepStrictEqual({ type, plugTypes, maintainedOptions: [...maintainedOptions] }, recorded);
}

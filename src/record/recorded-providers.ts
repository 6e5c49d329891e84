/**
 * Providers that say again what they said when the record was made. Within a run the order of the questions does not
 * matter: it follows from that of the ports in the graph, which a drift that was healed may have changed.
 */
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { Providers } from "../plug/nodes/provider-lookup-node.ts";
import type { Answer } from "../providers/answer.ts";
import type { PrepareInput } from "../providers/provider.ts";
import type { RefusedProvider, RegisteredProvider } from "../providers/registry.ts";
import type { RecordedAnswer, RecordedProvider, RecordedRun } from "./format.ts";

const strings = v.record(v.string(), v.string());
const wantedSchema = v.object({ name: v.string(), type: v.string(), options: strings });
const misplacement = { misplaced: v.exactOptional(v.string()) };
const answerSchema: v.GenericSchema<unknown, Answer> = v.variant("kind", [
  v.object({
    ...misplacement,
    kind: v.literal("plug"),
    wanted: v.union([v.object({ ...wantedSchema.entries, otherConfig: strings }), wantedSchema]),
  }),
  v.object({ ...misplacement, kind: v.literal("unplug") }),
  v.object({
    ...misplacement,
    kind: v.literal("not-ready"),
    reason: v.string(),
    arrange: v.exactOptional(v.literal(true)),
    awaited: v.exactOptional(v.literal(true)),
  }),
  v.object({ kind: v.literal("broken"), reason: v.string() }),
]);

export class RecordedProviders implements Providers {
  #byPlugType: ReadonlyMap<string, RegisteredProvider> = new Map();
  #refused: readonly RefusedProvider[] = [];
  #lookups: ReadonlyMap<string, number> = new Map();
  /** What was answered in this run, by question. */
  #answers = new Map<string, RecordedAnswer[]>();

  forPlugType(plugType: string): RegisteredProvider | undefined {
    return this.#byPlugType.get(plugType);
  }

  refused(): readonly RefusedProvider[] {
    return this.#refused;
  }

  lookups(): ReadonlyMap<string, number> {
    return this.#lookups;
  }

  /** What the providers are and say in the run to come. */
  prepareFor({ answers, providers, refused, lookups }: RecordedRun): void {
    this.#answers = Map.groupBy(answers, questionOf);
    if (providers !== undefined) this.#byPlugType = this.#register(providers);
    if (refused !== undefined) this.#refused = refused;
    if (lookups !== undefined) this.#lookups = new Map(Object.entries(lookups));
  }

  /** @throws Error when fewer questions were asked in this run than were recorded */
  assertAllAsked(): void {
    for (const [rest] of this.#answers.values()) {
      if (rest === undefined) continue;
      throw new Error(`the record goes on with an answer about ${rest.lport}, which was not asked for`);
    }
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

  #provider({ type, plugTypes, maintainedOptions, isBuiltIn }: RecordedProvider): RegisteredProvider {
    return {
      type,
      plugTypes,
      isBuiltIn,
      maintainedOptions: new Set(maintainedOptions),
      prepare: (input) => this.#sayAgain(type, input),
      arrange: () => {},
      tidy: () => true,
      finish: () => {},
      release: () => {},
      changeBegins: () => {},
      changeEnds: () => {},
    };
  }

  #sayAgain(provider: string, { operation, lport }: PrepareInput): Answer {
    const next = this.#answers.get(questionOf({ provider, operation, lport: lport.name }))?.shift();
    if (next !== undefined) return v.parse(answerSchema, next.answer);
    throw new Error(`asked ${provider} to ${operation} ${lport.name}, of which the record holds no answer`);
  }
}

function questionOf({ provider, operation, lport }: Omit<RecordedAnswer, "answer">): string {
  return JSON.stringify([provider, operation, lport]);
}

function isSame(
  { type, plugTypes, maintainedOptions, isBuiltIn }: RegisteredProvider,
  recorded: RecordedProvider,
): boolean {
  const known: RecordedProvider = {
    type,
    plugTypes: [...plugTypes],
    maintainedOptions: [...maintainedOptions],
    isBuiltIn,
  };
  return isDeepStrictEqual(known, recorded);
}

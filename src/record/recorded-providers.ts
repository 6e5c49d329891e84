/**
 * Providers that repeat their answers of the record. In a run the order of the questions does not matter: it follows from the
 * order of the ports in the graph, which the repair of a difference may have changed.
 */
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { mapping } from "../mapping.ts";
import type { Providers } from "../plug/nodes/provider-lookup-node.ts";
import type { Answer } from "../providers/answer.ts";
import type { PrepareInput } from "../providers/provider.ts";
import type { RefusedProvider, RegisteredProvider } from "../providers/registry.ts";
import type { RecordedAnswer, RecordedProvider, RecordedRun } from "./format.ts";

const strings = mapping(v.string());
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
  /** The answers of this run, by question. */
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

  /** Sets the providers and their answers for the next run. */
  prepareFor({ answers, providers, refused, lookups }: RecordedRun): void {
    this.#answers = Map.groupBy(answers, questionOf);
    if (providers !== undefined) this.#byPlugType = this.#register(providers);
    if (refused !== undefined) this.#refused = refused;
    if (lookups !== undefined) this.#lookups = new Map(Object.entries(lookups));
  }

  /** @throws Error: the run asked fewer questions than the record has */
  assertAllAsked(): void {
    for (const [rest] of this.#answers.values()) {
      if (rest === undefined) continue;
      throw new Error(
        `the record goes on with an answer about ${rest.lport}, but nobody asked about this port`,
      );
    }
  }

  #register(providers: readonly RecordedProvider[]): ReadonlyMap<string, RegisteredProvider> {
    const byPlugType = new Map<string, RegisteredProvider>();
    for (const recorded of providers) {
      // A provider that did not change stays the same object, because answers are kept by provider.
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
    throw new Error(
      `asked ${provider} to ${operation} ${lport.name}, but the record has no answer to this question`,
    );
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

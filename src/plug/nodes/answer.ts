/**
 * Node `answer`: what the providers say about each logical port that is to be plugged or unplugged. This is the one
 * place in the program where providers are asked; answers.ts says when an answer still holds.
 *
 * Invariant: nobody is asked while we are not active (not the holder of the chassis's lock, or no complete local
 * database), and not about a port whose change is in flight.
 */
import { type Cause, type KeyedChanges, unchanged, updated } from "../../graph/index.ts";
import { type Answers, gatherAnswers, refusedFor, type Surroundings, typesOf } from "../answers.ts";
import { type Attempt, nonceOf } from "../attempt.ts";
import type { Intent } from "../intent.ts";
import type { LportMap } from "../lport-map.ts";
import { type Activity, whyNotActive } from "./activity.ts";
import type { LocalChassis } from "./local-chassis.ts";
import type { ProviderLookup, Providers } from "./provider-lookup.ts";

export type AnswersByLport = LportMap<Answers>;

interface Inputs {
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly attempt: { readonly data: ReadonlyMap<string, Attempt> };
  readonly activity: { readonly data: { readonly current: Activity } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly providerLookup: { readonly data: ProviderLookup };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: AnswersByLport;
  readonly changes: KeyedChanges<string>;
  readonly cause: Cause;
}

type Changed = { readonly input: { readonly changes: ReadonlyMap<string, Cause> } };

/** The node's functions, over the registry that they ask. */
export function answering(providers: Providers) {
  function typeFor(plugType: string): string | undefined {
    return (providers.forPlugType(plugType) ?? refusedFor(providers, plugType))?.type;
  }

  function askEveryone({ inputs, data }: Omit<Context, "changes" | "cause">) {
    const around = surroundings(inputs, providers);
    let answered = 0;
    const anew = (lport: string, intent: Intent | undefined): void => {
      const answers = settle(intent, inputs.attempt.data.get(lport), around, undefined);
      if (answers === undefined) data.delete(lport);
      else data.set(lport, answers);
      if (answers !== undefined) answered++;
    };
    const intents = inputs.intent.data;
    intents.forEach((intent, lport) => {
      anew(lport, intent);
    });
    // A port whose change is in flight keeps its answers, also when nothing is intended with it any more.
    for (const [lport, { phase }] of inputs.attempt.data) {
      if (phase === "in-flight" && !intents.has(lport)) anew(lport, undefined);
    }
    if (data.size > answered) {
      for (const lport of data.keys()) if (!intents.has(lport)) anew(lport, undefined);
    }
    return updated;
  }

  function ask({ inputs, data, changes }: Context, lports: ReadonlyMap<string, Cause>) {
    const around = surroundings(inputs, providers);
    let any = false;
    for (const [lport, cause] of lports) {
      const before = data.get(lport);
      const attempt = inputs.attempt.data.get(lport);
      const after = settle(inputs.intent.data.get(lport), attempt, around, before);
      if (before === after) continue;
      if (after === undefined) data.delete(lport);
      else data.set(lport, after);
      changes.set(lport, cause);
      any = true;
    }
    return any ? updated : unchanged;
  }

  return {
    askEveryone,
    /** Every port is looked at, but only those are asked about whose last answer does not hold any more. */
    answerEveryLportHandler(context: Context) {
      const { inputs, data, cause } = context;
      const lports = new Map<string, Cause>();
      for (const lport of inputs.intent.data.keys()) lports.set(lport, cause);
      for (const lport of data.keys()) lports.set(lport, cause);
      return ask(context, lports);
    },
    answerLportsHandler: (context: Context & Changed) => ask(context, context.input.changes),
    /** Every port that a provider whose lookup tables changed answers for, or answered for, or would have. */
    answerProviderLookupHandler(context: Context & Changed) {
      const { inputs, input, data } = context;
      const lports = new Map<string, Cause>();
      for (const [lport, intent] of inputs.intent.data) {
        const { owned } = intent.lport;
        const comes = typeFor(intent.plugType);
        const leaves = owned === null ? undefined : typeFor(owned.plugType);
        for (const type of [comes, leaves, ...typesOf(data.get(lport))]) {
          const cause = type === undefined ? undefined : input.changes.get(type);
          if (cause !== undefined) lports.set(lport, cause);
        }
      }
      return ask(context, lports);
    },
  };
}

function settle(
  intent: Intent | undefined,
  attempt: Attempt | undefined,
  around: Surroundings | null,
  last: Answers | undefined,
): Answers | undefined {
  if (attempt?.phase === "in-flight") return attempt.answers;
  if (around === null || (intent?.kind !== "plug" && intent?.kind !== "unplug")) return undefined;
  return gatherAnswers(intent, nonceOf(attempt), around, last);
}

function surroundings(inputs: Inputs, providers: Providers): Surroundings | null {
  const local = inputs.localChassis.data.current;
  const { openVSwitch, bridge } = local;
  if (whyNotActive(inputs.activity.data.current, local) !== null || openVSwitch === null || bridge === null)
    return null;
  return {
    openVSwitch,
    bridge,
    forPlugType: (plugType) => providers.forPlugType(plugType),
    refused: () => providers.refused(),
    lookup: (type) => inputs.providerLookup.data.get(type) ?? 0,
  };
}

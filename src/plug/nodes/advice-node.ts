/**
 * Node `advice`: what the providers say about each logical port that is to be plugged or unplugged. This is the one
 * place in the program where providers are asked; gather-advice.ts says who is asked, question.ts when an answer still holds.
 *
 * Invariant: nobody is asked while we are not active (not the holder of the chassis's lock, or no complete local
 * database), and not about a port whose change is in flight.
 */
import { type Cause, sameKeys } from "../../graph/index.ts";
import { type Advice, sameAdvice, typesOf } from "../advice.ts";
import { type Attempt, nonceOf } from "../attempt.ts";
import { type AskingFacts, gatherAdvice, refusedFor } from "../gather-advice.ts";
import type { Intent } from "../intent.ts";
import { interfacesOf } from "../lport.ts";
import type { Activity } from "./activity-node.ts";
import type { LocalChassis } from "./local-chassis-node.ts";
import type { ProviderLookup, Providers } from "./provider-lookup-node.ts";

interface Inputs {
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly attempt: { readonly data: ReadonlyMap<string, Attempt> };
  readonly activity: { readonly data: { readonly current: Activity } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly providerLookup: { readonly data: ProviderLookup };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: ReadonlyMap<string, Advice>;
  readonly cause: Cause;
}

/** The node, over the registry that it asks. */
export function adviceNode(providers: Providers) {
  return {
    over: ({ intent }: Inputs) => intent.data,
    also: lportsInFlight,
    deciding(inputs: Inputs) {
      const facts = askingFacts(inputs, providers);
      return (lport: string, intent: Intent | undefined, last: Advice | undefined) =>
        settle(intent, inputs.attempt.data.get(lport), facts, last);
    },
    same: sameAdvice,
    concerned: {
      activity: everyLport,
      localChassis: everyLport,
      providerLookup: (context: Context & Changed) => lportsOfProviders(context, providers),
      intent: sameKeys<string>,
      attempt: sameKeys<string>,
    },
  };
}

type Changed = { readonly input: { readonly changes: ReadonlyMap<string, Cause> } };

/** A port whose change is in flight keeps its answers, also when nothing is intended with it any more. */
function* lportsInFlight({ attempt }: Inputs): Iterable<string> {
  for (const [lport, { phase }] of attempt.data) if (phase === "in-flight") yield lport;
}

/** Every port is looked at, but only those are asked about whose last answer does not hold any more. */
function everyLport({ inputs, cause }: Context): ReadonlyMap<string, Cause> {
  return new Map(Array.from(inputs.intent.data.keys(), (lport) => [lport, cause]));
}

/** Every port that a provider whose lookup tables changed answers for, or answered for, or would have. */
function lportsOfProviders({ inputs, input, data }: Context & Changed, providers: Providers) {
  const typeFor = (plugType: string) =>
    (providers.forPlugType(plugType) ?? refusedFor(providers, plugType))?.type;
  const lports = new Map<string, Cause>();
  for (const [lport, intent] of inputs.intent.data) {
    const comes = typeFor(intent.plugType);
    // Of several interfaces each may have to leave.
    const leave = interfacesOf(intent.lport).map(({ plugType }) => typeFor(plugType));
    for (const type of [comes, ...leave, ...typesOf(data.get(lport))]) {
      const cause = type === undefined ? undefined : input.changes.get(type);
      if (cause !== undefined) lports.set(lport, cause);
    }
  }
  return lports;
}

function settle(
  intent: Intent | undefined,
  attempt: Attempt | undefined,
  facts: AskingFacts | null,
  last: Advice | undefined,
): Advice | undefined {
  if (attempt?.phase === "in-flight") return attempt.advice;
  if (facts === null || intent === undefined) return undefined;
  return gatherAdvice(intent, nonceOf(attempt), facts, last);
}

function askingFacts(inputs: Inputs, providers: Providers): AskingFacts | null {
  const local = inputs.localChassis.data.current;
  const { openVSwitch, bridge } = local;
  if (inputs.activity.data.current !== null || openVSwitch === null || bridge === null) return null;
  return {
    views: { openVSwitch, bridge },
    forPlugType: (plugType) => providers.forPlugType(plugType),
    refused: () => providers.refused(),
    lookup: (type) => inputs.providerLookup.data.get(type) ?? 0,
  };
}

/**
 * Node `advice`: the answers of the providers about each logical port that is to be plugged or unplugged. Only this node asks
 * providers; gather-advice.ts says which provider, question.ts says when an answer still holds.
 *
 * Invariant: no provider is asked while this daemon is not active (it lacks the lock of the chassis, or the rows of the local
 * database), nor about a port whose change is in flight.
 */
import { type Cause, sameKeys } from "../../graph/index.ts";
import { type Advice, typesOf } from "../advice.ts";
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

/** The definition of the node, over the registry of the providers that the node asks. */
export function adviceNode(providers: Providers) {
  return {
    over: ({ intent }: Inputs) => intent.data,
    also: lportsInFlight,
    deciding(inputs: Inputs) {
      const facts = askingFacts(inputs, providers);
      return (lport: string, intent: Intent | undefined, last: Advice | undefined) =>
        settle(intent, inputs.attempt.data.get(lport), facts, last);
    },
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

/** A port whose change is in flight keeps its answers, also when no intent for the port is left. */
function* lportsInFlight({ attempt }: Inputs): Iterable<string> {
  for (const [lport, { phase }] of attempt.data) if (phase === "in-flight") yield lport;
}

/** The node looks at every port, and asks about those whose last answer does not hold any more. */
function everyLport({ inputs, cause }: Context): ReadonlyMap<string, Cause> {
  return new Map(Array.from(inputs.intent.data.keys(), (lport) => [lport, cause]));
}

/** The ports that depend on a provider whose lookup tables changed: it answers, answered or would answer for them. */
function lportsOfProviders({ inputs, input, data }: Context & Changed, providers: Providers) {
  const typeFor = (plugType: string) =>
    (providers.forPlugType(plugType) ?? refusedFor(providers, plugType))?.type;
  const lports = new Map<string, Cause>();
  for (const [lport, intent] of inputs.intent.data) {
    const comes = typeFor(intent.plugType);
    // When a port has several interfaces, each of them may have to leave.
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

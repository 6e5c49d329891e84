/** Providers for tests: they note every call, and answer what the test says. */
import type { HostedProvider } from "../../src/providers/hosted.ts";
import type {
  Operation,
  PrepareAnswer,
  PrepareInput,
  Provider,
  WantedInterface,
} from "../../src/providers/provider.ts";
import { ProviderRegistry, type RegisteredProvider } from "../../src/providers/registry.ts";
import { bridgeRow, map, openVSwitchRow } from "./rows.ts";

/** `prepare lsp1 create`, `finish lsp1 eth0`, `release lsp1 none`, … */
export type Calls = string[];

export interface Recorded {
  readonly provider: Provider;
  readonly calls: Calls;
}

export interface Behaviour extends Partial<Omit<Provider, "prepare">> {
  readonly prepare?: (input: PrepareInput) => PrepareAnswer;
}

/** Ready, with an interface named after the logical port, unless `behaviour` says otherwise. */
export function recordedProvider(type: string, behaviour: Behaviour = {}, calls: Calls = []): Recorded {
  const { prepare = plugAs(), finish, release, ...rest } = behaviour;
  const provider: Provider = {
    ...rest,
    type,
    prepare(input) {
      calls.push(`prepare ${input.lport.name} ${input.operation}`);
      return prepare(input);
    },
    finish(input, output) {
      calls.push(`finish ${input.lport.name} ${output?.name ?? "none"}`);
      finish?.(input, output);
    },
    release(input, output) {
      calls.push(`release ${input.lport.name} ${output?.name ?? "none"}`);
      release?.(input, output);
    },
  };
  return { provider, calls };
}

/** Always ready; `name` makes the interface's name of the logical port's. */
export function plugAs(
  name: (lport: string) => string = (lport) => lport,
  rest: Partial<Omit<WantedInterface, "name">> = {},
): (input: PrepareInput) => PrepareAnswer {
  return ({ operation, lport }) =>
    operation === "remove"
      ? { ready: true }
      : { ready: true, interface: { name: name(lport.name), type: "internal", options: {}, ...rest } };
}

export const notReady = (reason: string) => (): PrepareAnswer => ({ ready: false, reason });

export function registryOf(...providers: readonly (Provider | HostedProvider)[]): ProviderRegistry {
  const registry = new ProviderRegistry({
    elapsed: () => performance.now(),
    onWake: () => {},
    log: () => {},
  });
  for (const provider of providers) {
    const registered = registry.register(provider);
    if (!registered.ok) throw new Error(registered.error.message);
  }
  return registry;
}

/** The provider as the registry hands it to the rest of the program. */
export function registered(provider: Provider): RegisteredProvider {
  const found = registryOf(provider).forPlugType(provider.type);
  if (found === undefined) throw new Error(`${provider.type} is not registered`);
  return found;
}

/** A question about a logical port of which nothing is plugged. */
export function prepareInput(lport: string, operation: Operation = "create"): PrepareInput {
  return {
    operation,
    openVSwitch: openVSwitchRow(),
    bridge: bridgeRow(),
    lport: { name: lport, options: map() },
    interface: null,
  };
}

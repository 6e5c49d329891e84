/** Changes with the answers that led to them, as the daemon hands them to its transactor. */
import type { TransactError } from "ovsdb-jsonrpc";
import type { Work } from "../../src/daemon/reconcile/transactor.ts";
import type { Advice } from "../../src/plug/advice.ts";
import { consult, type Question } from "../../src/plug/question.ts";
import type { RegisteredProvider } from "../../src/providers/registry.ts";
import { recordedProvider, registered } from "./providers.ts";
import { BRIDGE, bridgeRow, openVSwitchRow, wantedRow } from "./rows.ts";

export function askedOf(
  provider: RegisteredProvider,
  lport = "lsp1",
  rest: Partial<Question> = {},
): Advice & { kind: "asked" } {
  const main = consult({
    lport,
    plugType: provider.type,
    operation: "create",
    provider,
    options: wantedRow().options,
    interface: null,
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    lookup: 0,
    ...rest,
  });
  return { kind: "asked", main, leaving: null, claim: lport };
}

/** The creation of an interface named after the logical port. */
export function createWork(lport: string, reason: string | null = null): Work {
  const wanted = { name: lport, type: "internal", options: {} };
  return {
    change: {
      kind: "create",
      desired: {
        lport,
        plugType: "dummy",
        wanted,
        maintainedOptions: new Set(),
        mtuRequest: null,
        ifaceIdVer: null,
      },
      bridge: { uuid: BRIDGE, name: "br-int" },
    },
    reason,
    advice: askedOf(registered(recordedProvider("dummy").provider), lport),
    cause: null,
  };
}

export function transactError(code: TransactError["code"], rest: Partial<TransactError> = {}): TransactError {
  return { code, details: "", operation: null, retryable: false, ...rest };
}

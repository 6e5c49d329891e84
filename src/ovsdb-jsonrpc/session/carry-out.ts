/**
 * Carries operations out as one transaction of a session: encodes them, sends them, and decodes the results, with the types of the
 * descriptor left out.
 *
 * Invariant: `settle` is called once, in the order of the server's messages, or in a later turn of the event loop when nothing is
 * sent.
 */
import type { Operation } from "../operations/operation.ts";
import {
  decodeResults,
  encodeTransaction,
  type OperationResult,
  type TransactError,
  unanswered,
} from "../operations/transaction.ts";
import { err, type Result } from "../result.ts";
import type { Environment } from "../wire/environment.ts";
import type { SessionCore } from "./session-core.ts";

export function carryOut(
  core: SessionCore,
  environment: Environment,
  operations: readonly Operation[],
  signal: AbortSignal | undefined,
  settle: (result: Result<readonly OperationResult[], TransactError>) => void,
): void {
  const { descriptor } = core;
  const params = encodeTransaction(descriptor, operations);
  if (!params.ok) {
    environment.turn(() => settle(params));
    return;
  }
  core.request(
    "transact",
    params.value,
    (reply) => {
      if (reply.ok) settle(decodeResults(descriptor, operations, reply.value, core.served ?? descriptor));
      else settle(err(unanswered(reply.error, core.state.kind === "closed")));
    },
    signal,
  );
}

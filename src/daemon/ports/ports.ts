/**
 * What follows, port by port, from what was decided of it, besides the writing: it is told in the log, remembered for
 * `explain`, tried again with back-off, watched for how long it stays in place, and its consultations with the providers come to their end.
 */

import type { Environment } from "ovsdb-jsonrpc";
import type { Cause } from "../../graph/index.ts";
import type { Logger } from "../../log/log.ts";
import type { Advice } from "../../plug/advice.ts";
import type { Attempt } from "../../plug/attempt.ts";
import { desiredAfter, lportOfChange } from "../../plug/change.ts";
import { isSettled, type LportStatus } from "../../plug/lport-status.ts";
import type { Conclusion } from "../reconcile/transactor.ts";
import { Arrangements } from "./arrangements.ts";
import { Consultations } from "./consultations.ts";
import { PortHistory } from "./port-history.ts";
import { PortLog } from "./port-log.ts";
import { Retries } from "./retries.ts";
import { StableTimer } from "./stable-timer.ts";
import { UnboundPorts } from "./unbound-ports.ts";

export interface PortsOptions {
  readonly log: Logger;
  readonly environment: Environment;
  /** The graph's input by which tries come in: a change that it caused is none of the port's own inputs. */
  readonly attemptInput: string;
  /** A port's time to be asked for again has come. */
  readonly due: (lport: string) => void;
  /** Ports that were written have stayed in place for some minutes. */
  readonly stable: (lports: readonly string[]) => void;
  /** Something keeps every port from being decided. */
  readonly isHeldUp: () => boolean;
}

/** What is known of a port after a run. */
export interface Decided {
  readonly status: LportStatus | undefined;
  readonly advice: Advice | undefined;
  readonly attempt: Attempt | undefined;
  /** Why it was looked at; null: everything was. */
  readonly cause: Cause | null;
  /** Its status is another one than before. */
  readonly isOther: boolean;
}

export class Ports {
  readonly history: PortHistory;
  readonly arrangements = new Arrangements();
  readonly #attemptInput: string;
  readonly #consultations = new Consultations();
  readonly #log: PortLog;
  readonly #retries: Retries;
  readonly #stable: StableTimer;
  readonly #unbound: UnboundPorts;

  constructor({ log, environment, attemptInput, due, stable, isHeldUp }: PortsOptions) {
    this.#attemptInput = attemptInput;
    this.#log = new PortLog(log, isHeldUp);
    this.#retries = new Retries({ environment, due });
    this.#stable = new StableTimer({ environment, stable });
    this.#unbound = new UnboundPorts({ environment, log, isHeldUp });
    this.history = new PortHistory(() => environment.now());
  }

  /** How many plugged ports ovn-controller has not bound for a while. */
  get unbound(): number {
    return this.#unbound.count;
  }

  /** Every port that a status was told of. */
  lports(): Iterable<string> {
    return this.#log.lports();
  }

  /** A port was decided anew, or asked about. */
  follow(lport: string, { status, advice, attempt, cause, isOther }: Decided): void {
    this.#consultations.follow(lport, advice, status);
    this.#log.tell(lport, status);
    this.#unbound.follow(lport, status);
    this.history.decided(lport, status, cause);
    if (isOther && cause?.source !== this.#attemptInput) this.#retries.reset(lport);
    if (status?.retry === true) this.#retries.schedule(lport, status.setbacks ?? 0);
    else if (status?.state === "pending") this.#retries.suspend(lport);
    else this.#retries.reset(lport);
    const isCounted = attempt?.phase === "idle" && attempt.written !== undefined;
    if (isCounted && status !== undefined && isSettled(status)) this.#stable.begin(lport);
    else this.#stable.end(lport);
  }

  /** A change of the port is on its way to the database. */
  sent(lport: string, advice: Advice): void {
    this.#consultations.use(lport, advice);
  }

  /** What became of changes that were written together: what the providers are told comes in the order of all of them. */
  ended(outcomes: readonly Conclusion[]): void {
    this.#consultations.end(
      outcomes.map(({ kind, work }) => ({ advice: work.advice, committed: kind === "committed" })),
    );
  }

  concluded(outcome: Conclusion): void {
    const { change, advice } = outcome.work;
    if (outcome.kind === "committed" && desiredAfter(change) !== null && advice.kind === "asked") {
      this.arrangements.written(lportOfChange(change), advice.main);
    }
    this.#log.conclude(outcome);
    if (outcome.kind !== "committed") this.history.refused(lportOfChange(change), outcome.error);
  }

  /** Milliseconds since the epoch; null when only a change can help the port. */
  nextTry(lport: string): number | null {
    return this.#retries.dueAt(lport);
  }

  stopTimers(): void {
    this.#retries.stop();
    this.#stable.stop();
    this.#unbound.stop();
  }

  /** The provider of this type is about to go. */
  releaseOf(type: string): void {
    this.#consultations.releaseOf(type);
  }

  releaseAll(): void {
    this.#consultations.releaseAll();
  }
}

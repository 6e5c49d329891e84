/**
 * Everything but the write that follows from a decision about one port: the log, the history for `explain`, the retries with
 * back-off, the time that the port stays in place, and the end of its consultations.
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
  /** The name of the input for attempts: a run that this input caused is no change of the port's other inputs. */
  readonly attemptInput: string;
  /** Called when the back-off of a port is over. */
  readonly due: (lport: string) => void;
  /** Called with ports that have stayed in place for some minutes since their write. */
  readonly stable: (lports: readonly string[]) => void;
  /** Whether there is an obstacle to a complete pass. */
  readonly isHeldUp: () => boolean;
}

/** The decision about a port in a run. */
export interface Decided {
  readonly status: LportStatus | undefined;
  readonly advice: Advice | undefined;
  readonly attempt: Attempt | undefined;
  /** Why the port was decided; null: every port was. */
  readonly cause: Cause | null;
  /** Whether the status changed. */
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

  /** The number of plugged ports that ovn-controller has not bound for a while. */
  get unbound(): number {
    return this.#unbound.count;
  }

  /** Every port that had a status when it was last decided. */
  lports(): Iterable<string> {
    return this.history.lports();
  }

  /** Follows a port that was decided anew or consulted anew. */
  follow(lport: string, { status, advice, attempt, cause, isOther }: Decided): void {
    this.#consultations.follow(lport, advice, status);
    this.#log.tell(lport, status);
    this.#unbound.follow(lport, status);
    this.history.decided(lport, status, cause);
    if (isOther && cause?.source !== this.#attemptInput) this.#retries.reset(lport);
    if (status?.retry === true) this.#retries.schedule(lport, status.setbacks ?? 0);
    else if (status?.state === "pending") this.#retries.suspend(lport);
    else this.#retries.reset(lport);
    // A refusal ends here too, where somebody else has put the interface right.
    const isCounted =
      attempt?.phase === "failed" || (attempt?.phase === "idle" && attempt.written !== undefined);
    if (isCounted && status !== undefined && isSettled(status)) this.#stable.begin(lport);
    else this.#stable.end(lport);
  }

  /** Notes that a change of the port was sent. */
  sent(lport: string, advice: Advice): void {
    this.#consultations.use(lport, advice);
  }

  /** Takes the outcomes of changes that were written together, so that the calls into providers come in one order for all. */
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

  /** The time of the next try, in milliseconds since the epoch; null: only a change can help the port. */
  nextTry(lport: string): number | null {
    return this.#retries.dueAt(lport);
  }

  stopTimers(): void {
    this.#retries.stop();
    this.#stable.stop();
    this.#unbound.stop();
  }

  /** Releases the consultations of a provider that is about to be unregistered. */
  releaseOf(type: string): void {
    this.#consultations.releaseOf(type);
  }

  releaseAll(): void {
    this.#consultations.releaseAll();
  }
}

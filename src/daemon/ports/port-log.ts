/**
 * Logs the events of each logical port: one line for each state, and one line for each write. Events of many ports with one
 * reason are logged by chassis-log.ts, and here only at level debug.
 */
import type { Logger } from "../../log/log.ts";
import { type Change, lportOfChange, misplacedOf, type Remove, type Replug } from "../../plug/change.ts";
import { NOT_RESOLVED } from "../../plug/conditions/wanted.ts";
import type { InterfaceEdit } from "../../plug/desired.ts";
import { NOT_ANSWERED } from "../../plug/in-place-status.ts";
import { NOT_ALL_TOLD, NOT_ANSWERED_YET, NOT_IN_VIEW } from "../../plug/intent.ts";
import type { LportStatus, PortState } from "../../plug/lport-status.ts";
import type { Conclusion } from "../reconcile/transactor.ts";

const NEEDS_SOMEBODY: ReadonlySet<PortState> = new Set([
  "foreign",
  "conflict",
  "incompatible",
  "no-provider",
  "error",
]);

/** Reasons that the next message of a database ends. */
const PASSING: ReadonlySet<string> = new Set([
  NOT_ANSWERED,
  NOT_ANSWERED_YET,
  NOT_IN_VIEW,
  NOT_ALL_TOLD,
  NOT_RESOLVED,
]);

interface Told {
  readonly state: PortState;
  readonly reason: string | null;
}

export class PortLog {
  readonly #log: Logger;
  readonly #isHeldUp: () => boolean;
  readonly #told = new Map<string, Told>();

  /** @param isHeldUp true: there is an obstacle to a complete pass */
  constructor(log: Logger, isHeldUp: () => boolean = () => false) {
    this.#log = log;
    this.#isHeldUp = isHeldUp;
  }

  tell(lport: string, status: LportStatus | undefined): void {
    if (status === undefined) {
      this.#told.delete(lport);
      return;
    }
    const { state } = status;
    // A change on its way is logged when its outcome is known.
    if (state === "pending") return;
    // An unbound port is logged when it stays unbound (unbound-ports.ts).
    const isPassing = status.unbound !== undefined || (status.reason !== null && PASSING.has(status.reason));
    const reason = isPassing ? null : status.reason;
    const before = this.#told.get(lport);
    if (before?.state === state && (isPassing || before.reason === reason)) return;
    const words = `${lport}: ${state}${reason === null ? "" : `: ${reason}`}`;
    if (state === "plugged" && reason !== null && this.#isHeldUp()) {
      // After the obstacle, a port with its former state is no news.
      if (before === undefined) this.#told.set(lport, { state, reason: null });
      this.#log.debug(words);
      return;
    }
    this.#told.set(lport, { state, reason });
    if (NEEDS_SOMEBODY.has(state)) this.#log.warn(words, `${lport} ${state}`);
    else if (state === "held") this.#log.debug(words);
    else if (reason !== null || (before !== undefined && before.state !== "plugged")) this.#log.info(words);
    else this.#log.debug(words);
  }

  conclude(outcome: Conclusion): void {
    const { change, reason } = outcome.work;
    const lport = lportOfChange(change);
    const why = reason === null ? "" : `: ${reason}`;
    if (outcome.kind === "committed") {
      if (misplacedOf(change) === null) this.#log.info(`${lport}: ${writtenText(change)}${why}`);
      else this.#log.warn(`${lport}: ${writtenText(change)}`);
      // The line about the write has told that the port is plugged.
      if (change.kind !== "remove") this.#told.set(lport, { state: "plugged", reason: null });
    } else {
      // A lost connection ends the changes of many ports for one reason.
      const topic = outcome.kind === "lost" ? `not written: ${outcome.error}` : `${lport} not written`;
      this.#log.warn(`${lport}: not written: ${outcome.error}`, topic);
    }
  }
}

function writtenText(change: Change): string {
  switch (change.kind) {
    case "create":
      return `plugged interface ${change.desired.wanted.name} (${change.desired.plugType})`;
    case "update":
      if (change.adoption !== undefined) return `adopted interface ${change.interface.name}`;
      return `updated interface ${change.interface.name} (${columnsOf(change.edit).join(", ")})`;
    case "remove":
      return `unplugged interface ${goneText(change)}`;
    case "replug":
      return `replugged: interface ${leftText(change)} is now ${change.take.desired.wanted.name}`;
  }
}

/** The columns of Interface (ovs-vswitchd.conf.db(5)), by the members of an edit. */
const COLUMNS = {
  type: "type",
  mtuRequest: "mtu_request",
  externalIds: "external_ids",
  options: "options",
  otherConfig: "other_config",
} as const satisfies Readonly<Record<keyof InterfaceEdit, string>>;

function columnsOf(edit: InterfaceEdit): readonly string[] {
  return Object.entries(COLUMNS).flatMap(([member, column]) => (Object.hasOwn(edit, member) ? [column] : []));
}

function leftText({ leaves, remove }: Replug): string {
  return remove === null ? `${leaves.name} (which changes hands)` : goneText(remove);
}

function goneText({ interface: { name }, misplaced }: Remove): string {
  return misplaced === undefined ? name : `${name} (it belongs to ${misplaced} now)`;
}

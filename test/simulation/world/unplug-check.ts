/**
 * Whether an interface may go (docs/rules.md, U1 to U3, U6): some state that the Southbound's server held, not older than the
 * last one shown to whoever unplugs, has the port absent or not bindable.
 */
import type { Row } from "../ovsdb/database.ts";
import type { Daemons } from "./daemons.ts";
import type { Client, Knowledge } from "./network.ts";
import { map, text, uuidOf } from "./rows.ts";
import type { ServerProcess } from "./server-process.ts";
import type { Settings } from "./settings.ts";
import type { Shown } from "./shown.ts";
import {
  isInView,
  isNamedHere,
  isRequestedHere,
  namesIn,
  requestedBy,
  type State,
  statesBack,
} from "./southbound-states.ts";

export interface Unplug {
  readonly by: Client;
  readonly lport: string;
  /** What its process knew of the Southbound when it sent the transaction. */
  readonly known: Knowledge;
  readonly server: ServerProcess;
  /** What the host was called, as far as it was shown. */
  readonly hostnames: ReadonlySet<string>;
  /** After how many of the server's commits each message was made that had come on the connection of then. */
  readonly told: ReadonlySet<number>;
  /** What was in force when it was decided. */
  readonly settings: Settings;
  /** The Southbound had just answered a question about rows. */
  readonly isAnswered: boolean;
  /** Since when it has known that the port has an interface, in milliseconds. */
  readonly ownedSince: number;
}

/** Null: some state that it may have been decided from lets the port go. */
export function whyNot(unplug: Unplug, shown: Shown, daemons: Pick<Daemons, "confirmed" | "everSettings">) {
  const reasons = new Set<string>();
  for (const state of statesBack(unplug.server, unplug.lport, unplug.known.commits)) {
    const why = whyStays(state, unplug);
    if (why === null) return whyOfStranger(unplug, shown, daemons);
    reasons.add(why);
  }
  return [...reasons].join("; ");
}

/** U6: what another cluster does not have goes when somebody has confirmed it, or when that cluster had it once. */
function whyOfStranger(
  unplug: Unplug,
  shown: Shown,
  { confirmed, everSettings }: Pick<Daemons, "confirmed" | "everSettings">,
): string | null {
  const { by, lport, known, ownedSince, server } = unplug;
  const { cluster } = server;
  const shownSince = shown.since(by);
  if (cluster === null || shownSince === null) return null;
  // What was on its way for a long time was sent before that cluster came.
  if (known.commits < cluster.commits) return null;
  const hasHad = new Set(everSettings.map(({ on_withdraw }) => on_withdraw));
  const isStranger = shownSince < cluster.since && ownedSince < cluster.since;
  if (!isStranger || confirmed.has(lport) || hasHad.size > 1) return null;
  for (const state of statesBack(server, lport, cluster.commits))
    if (whyStays(state, unplug) !== null) return null;
  return "which is not in a cluster that nobody has seen before, and nobody has confirmed that";
}

function whyStays(state: State, unplug: Unplug): string | null {
  const { binding, chassis, isFilled } = state;
  if (chassis === null) return "while the chassis has no row";
  if (!isFilled) return "while ovn-northd has not filled the Southbound";
  if (binding === null) return null;
  const names = namesIn(binding);
  const isBindable = isRequestedHere(binding, chassis) || names.length === 0 || isNamedHere(binding, chassis);
  const options = map(binding, "options");
  const isWithdrawn = !options.has("vif-plug-type") && !options.has("plug-type");
  if (isBindable && isWithdrawn && unplug.settings.on_withdraw === "unplug") return null;
  const isOurs = isBindable || isOursByAnotherName(binding, chassis, unplug.hostnames);
  if (!isOurs || isAnotherRow(state, unplug)) return null;
  return isBindable ? "which is bindable here" : "which is for this host by another name";
}

/**
 * Absent (a): the Southbound has just said that the row that was last in view is gone, which named this chassis as its own,
 * and what has its name by now is not for this chassis, and so not in view. All that was told of it from then until the
 * answer came on one connection, ovn-northd had filled the Southbound, and the Chassis row was the same.
 */
function isAnotherRow({ binding, chassis, version }: State, unplug: Unplug): boolean {
  const { server, lport, known, told, isAnswered } = unplug;
  if (!isAnswered || binding === null || chassis === null || isInView(binding, chassis)) return false;
  for (const before of statesBack(server, lport, 0)) {
    if (before.version > Math.min(version, known.commits) || !told.has(before.version)) continue;
    if (!before.isFilled || before.chassis === null || !isSameChassis(before.chassis, chassis)) return false;
    if (before.binding === null || !isInView(before.binding, before.chassis)) continue;
    return (
      uuidOf(before.binding) !== uuidOf(binding) &&
      isRequestedHere(before.binding, before.chassis) &&
      isNamedHere(before.binding, before.chassis)
    );
  }
  return false;
}

function isSameChassis(a: Row, b: Row): boolean {
  return uuidOf(a) === uuidOf(b) && text(a, "hostname") === text(b, "hostname");
}

/** Some name has no row, and one of them is one that the host had, or the hostname but for its case, or for the domain. */
function isOursByAnotherName(binding: Row, chassis: Row, former: ReadonlySet<string>): boolean {
  const names = namesIn(binding);
  const found = new Set(requestedBy(binding).filter((uuid) => uuid !== null));
  if (found.size >= names.length) return false;
  const own = text(chassis, "hostname") ?? "";
  return names.some((name) => {
    const isShort = name.includes(".") !== own.includes(".");
    const isSameLabel = name.split(".")[0] === own.split(".")[0];
    return former.has(name) || name.toLowerCase() === own.toLowerCase() || (isShort && isSameLabel);
  });
}

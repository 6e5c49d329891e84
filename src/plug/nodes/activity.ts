/** Input `activity`: whether this daemon may ask providers and write, and if not, why. */
import type { LocalChassis } from "./local-chassis.ts";

export interface Activity {
  readonly active: boolean;
  readonly reason: string | null;
  /** For which chassis it may: each has a lock of its own. */
  readonly chassis: string | null;
}

export const notConnected = {
  active: false,
  reason: "the local Open_vSwitch database is not connected",
  chassis: null,
} as const satisfies Activity;

/**
 * Why nobody may be asked and nothing written, or null. The name of the chassis may have changed in this very run, and
 * the lock that is held is still the one of the chassis before.
 */
export function whyNotActive({ active, reason, chassis }: Activity, local: LocalChassis): string | null {
  if (!active) return reason;
  const name = local.chassis?.name ?? null;
  return name === chassis ? null : `the chassis is ${name} now, whose lock has not been asked for yet`;
}

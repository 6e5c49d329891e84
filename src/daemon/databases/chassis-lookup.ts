/**
 * Looks the Chassis row up before port bindings are asked for: with the row in the first condition the server passes over
 * Port_Binding once, and not once by the chassis's name and once more by its row.
 *
 * What was looked up is only a guess: by the time of the monitor's own reply the row may be another one, or gone. Whoever
 * asks compares the two.
 */
import { type Environment, operations, type Transacting, type Uuid } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../schemas/ovn_southbound.gen.ts";

export interface FoundChassis {
  readonly _uuid: Uuid;
  readonly hostname: string;
}

/**
 * A session that waits for the answer is not in sync. While many chassis start at once a server takes this long to get to
 * each of them, and a second pass for each would make that longer.
 */
export const CHASSIS_WITHIN_MS = 60_000;

/** The local database says the name within milliseconds, or is not there. */
const NAME_WITHIN_MS = 2_000;

const op = operations(ovnSouthbound);

/** @returns undefined: the server does not say; null: there is none */
export async function findChassis(
  connection: Transacting,
  name: string,
): Promise<FoundChassis | null | undefined> {
  const found = await connection.transact([op.select("Chassis", [["name", "==", name]], ["hostname"])]);
  return found.ok ? (found.value[0].rows[0] ?? null) : undefined;
}

/** The chassis's name, which may come a moment later than the first connection. */
export class AwaitedName {
  readonly #timer: Environment["timer"];
  readonly #known = Promise.withResolvers<void>();

  constructor({ timer }: Environment) {
    this.#timer = timer;
  }

  /** It is known, or nobody is to wait for it any more. */
  end(): void {
    this.#known.resolve();
  }

  /** Settles when the name is known, and when it does not come. */
  async settled(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#timer(NAME_WITHIN_MS, () => late.resolve());
    await Promise.race([this.#known.promise, late.promise]);
    cancel();
  }
}

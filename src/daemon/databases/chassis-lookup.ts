/**
 * Looks up the Chassis row before port bindings are monitored. With the row in the first condition, the server passes over
 * Port_Binding once; otherwise once for the chassis name and once more for the row.
 *
 * The found row is only a guess: when the monitor replies, the row may have changed or be gone. The caller compares the two.
 */
import { type Environment, operations, type Transacting, type Uuid } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../schemas/ovn_southbound.gen.ts";

export interface FoundChassis {
  readonly _uuid: Uuid;
  readonly hostname: string;
}

/**
 * The longest wait for the answer, in milliseconds; the session is not in sync meanwhile. When many chassis start at once, a
 * server may take as long as this, and a second pass for each chassis would make it slower still.
 */
export const CHASSIS_WITHIN_MS = 60_000;

/** The longest wait for the name, in milliseconds: a running local database answers at once. */
const NAME_WITHIN_MS = 2_000;

const op = operations(ovnSouthbound);

/** Looks up the Chassis row. @returns null: the row does not exist; undefined: the server did not answer */
export async function findChassis(
  connection: Transacting,
  name: string,
): Promise<FoundChassis | null | undefined> {
  const found = await connection.transact([op.select("Chassis", [["name", "==", name]], ["hostname"])]);
  return found.ok ? (found.value[0].rows[0] ?? null) : undefined;
}

/** Waits for the chassis name, which may come a moment after the first connection. */
export class AwaitedName {
  readonly #timer: Environment["timer"];
  readonly #known = Promise.withResolvers<void>();

  constructor({ timer }: Environment) {
    this.#timer = timer;
  }

  /** Ends the wait: the name is known, or nobody needs it any more. */
  end(): void {
    this.#known.resolve();
  }

  /** Settles when the name is known, or after the longest wait. */
  async settled(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#timer(NAME_WITHIN_MS, () => late.resolve());
    await Promise.race([this.#known.promise, late.promise]);
    cancel();
  }
}

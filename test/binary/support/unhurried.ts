/**
 * Scenes with programs that the contract gives little time (5 s for `initialize`, 2 s for an answer). On a busy machine a
 * program that keeps to the contract may be late; then the whole scene is played again, and its last outcome counts.
 */

/** What is said of a provider that was late. A provider that is always late is late at the last try too. */
const LATE =
  /did not answer initialize within|has not answered within|has not ended after|: \d+ ms, at most \d+/;

/** No further try begins after so many milliseconds. */
const PATIENCE_MS = 15_000;

/** @param textOf everything that the scene has printed */
export async function unhurried<T>(play: () => T | Promise<T>, textOf: (outcome: T) => string): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const outcome = await play();
    if (!LATE.test(textOf(outcome)) || performance.now() > end) return outcome;
  }
}

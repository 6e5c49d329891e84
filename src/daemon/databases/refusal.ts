/**
 * A question about port bindings that the server refuses, in the words of `status`. No weaker question takes its place: a
 * question by the chassis's name alone would miss ports that name several chassis, and their interfaces might go.
 */
export class Refusal {
  readonly #which: string;
  #why: string | null = null;

  /** @param which the port bindings that are asked for, as `of this chassis` */
  constructor(which: string) {
    this.#which = which;
  }

  refused(code: string, details: string): void {
    this.#why = `${code}: ${details}`;
  }

  /** Call this when the server answers the question, or nothing is asked any more. */
  ended(): void {
    this.#why = null;
  }

  /** What is refused, and what to do; null: nothing. */
  get words(): string | null {
    if (this.#why === null) return null;
    return `the server refuses to be asked for the port bindings ${this.#which} (${this.#why}); is it an ovsdb-server with the Southbound of OVN 21.12 or newer?`;
  }
}

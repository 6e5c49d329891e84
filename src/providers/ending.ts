/** The end of a provider that takes time, such as that of a process. */
export class Ending {
  /** Settles when the end is complete; never rejects. */
  readonly done: Promise<void>;
  /** Ends the provider at once: the program has no more time. */
  readonly force: () => void;

  constructor(done: Promise<void>, force: () => void) {
    this.done = done;
    this.force = force;
  }
}

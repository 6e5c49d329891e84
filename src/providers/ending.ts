/** The end of a provider that takes time, such as that of a process. */
export class Ending {
  /** Settles when it is over; never rejects. */
  readonly done: Promise<void>;
  /** There is no more time. */
  readonly force: () => void;

  constructor(done: Promise<void>, force: () => void) {
    this.done = done;
    this.force = force;
  }
}

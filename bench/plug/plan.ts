/** How much is measured: everything, or enough for a look in less than two minutes. */
export interface Plan {
  /** Ports that are plugged already. */
  readonly sizes: readonly number[];
  /** Rounds of plug, update and unplug that are measured, after some of warm-up. */
  readonly rounds: number;
  readonly warmUp: number;
  readonly coldStarts: number;
  /** After so many milliseconds ovn-controller's turns at one size are over, whatever the number of its rounds. */
  readonly peerMs: number;
  /** Milliseconds before memory is looked at: what a program has let go takes a while to be given back. */
  readonly silenceMs: number;
  readonly bulks: readonly number[];
  readonly bulkRounds: number;
  /** Sizes of the bulk that ovn-controller takes part in, once. */
  readonly peerBulks: readonly number[];
  readonly stormPorts: number;
  readonly stormSeconds: number;
}

export const FULL: Plan = {
  sizes: [10, 100, 1_000, 5_000],
  rounds: 50,
  warmUp: 50,
  coldStarts: 5,
  peerMs: 120_000,
  silenceMs: 15_000,
  bulks: [1_000, 5_000],
  bulkRounds: 5,
  peerBulks: [1_000, 5_000],
  stormPorts: 1_000,
  stormSeconds: 30,
};

export const QUICK: Plan = {
  sizes: [10, 1_000],
  rounds: 10,
  warmUp: 20,
  coldStarts: 1,
  peerMs: 15_000,
  silenceMs: 0,
  bulks: [1_000],
  bulkRounds: 2,
  peerBulks: [],
  stormPorts: 1_000,
  stormSeconds: 6,
};

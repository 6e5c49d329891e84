/** The extent of the measurement: everything, or enough for a quick look in less than two minutes. */

/** The number of ports, and whether ovs-vswitchd runs. */
export interface Size {
  readonly ports: number;
  readonly vswitchd: boolean;
}

export interface Plan {
  readonly sizes: readonly Size[];
  /** The measured rounds of plug, update and unplug, after the rounds of the warm-up. */
  readonly rounds: number;
  readonly warmUp: number;
  readonly coldStarts: number;
  /** The milliseconds of turns at one size after which ovn-controller gets no further turn. */
  readonly peerMs: number;
  /** The longest wait for ovn-controller to rest after its start, in milliseconds; with thousands of ports it does not rest. */
  readonly peerRestMs: number;
  /** The wait before memory is measured, in milliseconds: a program gives memory back some time after it frees the memory. */
  readonly silenceMs: number;
  /** The sizes of the bulks: ports that come at once. */
  readonly bulks: readonly Size[];
  readonly bulkRounds: number;
  /** The sizes of bulks in which ovn-controller takes part, once. */
  readonly peerBulks: readonly number[];
  readonly stormPorts: number;
  readonly stormSeconds: number;
}

function withAndWithout(...sizes: readonly number[]): readonly Size[] {
  return [true, false].flatMap((vswitchd) => sizes.map((ports) => ({ ports, vswitchd })));
}

/** Takes about half an hour. */
export const FULL: Plan = {
  sizes: withAndWithout(10, 100, 1_000, 5_000),
  rounds: 50,
  warmUp: 100,
  coldStarts: 5,
  peerMs: 90_000,
  peerRestMs: 60_000,
  silenceMs: 12_000,
  bulks: withAndWithout(1_000, 5_000),
  bulkRounds: 5,
  peerBulks: [1_000, 5_000],
  stormPorts: 1_000,
  stormSeconds: 30,
};

export const QUICK: Plan = {
  sizes: [
    { ports: 100, vswitchd: true },
    { ports: 10, vswitchd: false },
    { ports: 1_000, vswitchd: false },
  ],
  rounds: 10,
  warmUp: 10,
  coldStarts: 1,
  peerMs: 10_000,
  peerRestMs: 5_000,
  silenceMs: 0,
  bulks: [{ ports: 1_000, vswitchd: false }],
  bulkRounds: 2,
  peerBulks: [],
  stormPorts: 1_000,
  stormSeconds: 3,
};

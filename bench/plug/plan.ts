/** How much is measured: everything, or enough for a look in less than two minutes. */

/** Ports that are plugged already, and whether ovs-vswitchd runs. */
export interface Size {
  readonly ports: number;
  readonly vswitchd: boolean;
}

export interface Plan {
  readonly sizes: readonly Size[];
  /** Rounds of plug, update and unplug that are measured, after some of warm-up. */
  readonly rounds: number;
  readonly warmUp: number;
  readonly coldStarts: number;
  /** When ovn-controller's turns at one size have taken so many milliseconds, it has no further one. */
  readonly peerMs: number;
  /** Milliseconds in which it may come to rest after its start; with thousands of ports it does not. */
  readonly peerRestMs: number;
  /** Milliseconds before memory is looked at: what a program has let go takes a while to be given back. */
  readonly silenceMs: number;
  /** Ports that come at once. */
  readonly bulks: readonly Size[];
  readonly bulkRounds: number;
  /** Sizes of the bulk that ovn-controller takes part in, once. */
  readonly peerBulks: readonly number[];
  readonly stormPorts: number;
  readonly stormSeconds: number;
}

function withAndWithout(...sizes: readonly number[]): readonly Size[] {
  return [true, false].flatMap((vswitchd) => sizes.map((ports) => ({ ports, vswitchd })));
}

/** About half an hour. */
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

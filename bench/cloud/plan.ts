/** How much is measured of a cloud: everything, or enough for a look. */
export interface CloudPlan {
  /** Port bindings of other chassis. */
  readonly bindings: readonly number[];
  /** Ports that are plugged on this one. */
  readonly plugged: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly starts: number;
  readonly bulks: number;
  readonly idleMs: number;
  readonly sessions: number;
  /** Also with ovn-controller in the same steps. */
  readonly withPeer: boolean;
}

export const FULL: CloudPlan = {
  bindings: [1_000, 20_000, 100_000],
  plugged: 10,
  warmUp: 30,
  rounds: 20,
  starts: 3,
  bulks: 3,
  idleMs: 30_000,
  sessions: 200,
  withPeer: true,
};

export const QUICK: CloudPlan = {
  ...FULL,
  bindings: [1_000, 20_000],
  warmUp: 10,
  rounds: 5,
  starts: 1,
  bulks: 1,
  idleMs: 3_000,
  withPeer: false,
};

/** Input `activity`: whether this daemon may ask providers and write, and if not, why. */
export interface Activity {
  readonly active: boolean;
  readonly reason: string | null;
}

export const notConnected: Activity = {
  active: false,
  reason: "the local Open_vSwitch database is not connected",
};

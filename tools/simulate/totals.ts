/** The totals of several histories, and the sentence about them. */

/** The result of a history. */
export interface Played {
  readonly seed: number;
  readonly events: number;
  readonly writes: number;
  readonly unplugs: number;
  readonly failure: string | null;
}

export interface Totals {
  readonly histories: number;
  readonly events: number;
  readonly writes: number;
  readonly unplugs: number;
}

export const NOTHING: Totals = { histories: 0, events: 0, writes: 0, unplugs: 0 };

export function add(totals: Totals, { events, writes, unplugs }: Played): Totals {
  return {
    histories: totals.histories + 1,
    events: totals.events + events,
    writes: totals.writes + writes,
    unplugs: totals.unplugs + unplugs,
  };
}

export function sentenceOf({ histories, events, writes, unplugs }: Totals, seed: number): string {
  return `${histories} histories from seed ${seed}: ${events} events, ${writes} commits of vifplugd, ${unplugs} interfaces that went`;
}

/**
 * The costs of a port's plug, update and unplug for the server of a chassis, with vifplugd and without. The clouds take turns,
 * and so do the rounds with and without vifplugd, so that other work of the machine affects all alike.
 */
import { tables } from "../../src/plug/tables.ts";
import { vifplugd } from "../plug/pluggers.ts";
import { uuidOf } from "../plug/site.ts";
import { STEPS, type Step, Trial } from "../plug/trial.ts";
import { Wire } from "../plug/wire.ts";
import { type Costs, measure, noCosts } from "./costs.ts";
import type { CloudPlan } from "./plan.ts";
import type { Server } from "./servers.ts";

export const WITHIN_MS = 120_000;

export type Life = ReadonlyMap<Step, Costs>;

export interface Lives {
  /** The same commits without a plugger. */
  readonly alone: Life;
  readonly plugged: Life;
  /** The costs of a `select` by a row's uuid on an open connection, which every departure of a port needs. */
  readonly select: Costs;
}

/**
 * @param atLast called in the last turn with each process of vifplugd
 * @returns the costs at each server, in the order of the servers
 */
export async function measureLives(
  { turns, warmUp, rounds }: Pick<CloudPlan, "turns" | "warmUp" | "rounds">,
  servers: readonly Server[],
  atLast: (trial: Trial, server: Server) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Lives[]> {
  const places = servers.map((server) => ({ server, alone: noLife(), plugged: noLife(), select: noCosts() }));
  for (let turn = 0; turn < turns; turn++) {
    for (let round = 0; round < rounds; round++) {
      for (const { server, alone, select } of places) {
        await commitOnly(server, alone);
        await selectOnly(server, select);
      }
    }
    const trials = await Promise.all(places.map(({ server }) => startTrial(server)));
    for (let round = 0; round < warmUp + rounds; round++) {
      for (const [index, { server, plugged }] of places.entries()) {
        const trial = trials[index];
        if (trial !== undefined) await liveOnce(trial.trial, server.pid, round < warmUp ? noLife() : plugged);
      }
    }
    for (const { trial, server, program } of trials) {
      if (turn === turns - 1) await atLast(trial, server);
      await program.stop();
    }
  }
  return places;
}

/** Plugs, updates and unplugs once. */
export async function liveOnce(trial: Trial, server: number, costs: Life): Promise<void> {
  const sample = trial.site.lport("sample");
  for (const step of STEPS) {
    await measure(
      server,
      costs.get(step) ?? noCosts(),
      () => [trial.pid],
      () => trial.time(step, sample),
    );
  }
}

export function noLife(): Life {
  return new Map(STEPS.map((step) => [step, noCosts()]));
}

async function startTrial(server: Server) {
  const program = await vifplugd.start(server.site);
  return { server, program, trial: new Trial(vifplugd, server.site, program, WITHIN_MS) };
}

async function commitOnly({ pid, site }: Server, costs: Life): Promise<void> {
  const sample = site.lport("sample");
  const commits = {
    plug: () => site.request([sample], "hv1"),
    update: () => site.request([sample], "hv1", 1400),
    unplug: () => site.request([sample], "hv2"),
  };
  for (const step of STEPS) {
    await measure(pid, costs.get(step) ?? noCosts(), nobody, async () => {
      await site.southbound.send(commits[step]());
      return undefined;
    });
  }
}

async function selectOnly({ pid, socket, site }: Server, costs: Costs): Promise<void> {
  const wire = await Wire.open(socket);
  const where = [["_uuid", "==", uuidOf(site.lport("sample").uuid)]];
  const { columns } = tables.portBinding;
  const request = ["OVN_Southbound", { op: "select", table: "Port_Binding", where, columns }];
  await measure(pid, costs, nobody, async () => {
    await wire.request("transact", request);
    return undefined;
  });
  wire.close();
}

function nobody(): readonly number[] {
  return [];
}

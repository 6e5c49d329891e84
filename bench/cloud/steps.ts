/** All measurements of the clouds. */
import { vifplugd } from "../plug/pluggers.ts";
import { Site } from "../plug/site.ts";
import { type Figure, figure } from "../support/figures.ts";
import { BULK, keepStill, moveBulk } from "./bulk.ts";
import { fillCloud } from "./cloud.ts";
import { type Costs, noCosts } from "./costs.ts";
import { measureLives } from "./life.ts";
import { lifeWithOvnController } from "./peer.ts";
import type { CloudPlan } from "./plan.ts";
import { type Server, type ServerKind, startServer } from "./servers.ts";
import { startTogether } from "./sessions.ts";
import { measureStarts } from "./start.ts";

export const ALONE = "the change alone";
export const REQUEST = "one monitor request";
export const SELECT = "one select by uuid";
export const OWN = "vifplugd, so many ports of its own";
export const CPU = "server's CPU";

/** The subject of figures for a chassis that is connected to a server of this kind. */
export function subjectAt(subject: string, kind: ServerKind): string {
  return kind === "standalone" ? subject : `${subject}, ${kind}`;
}

type At = { readonly ports: number };

/** A cloud of one size, connected to one kind of server. */
interface Place {
  readonly server: Server;
  readonly at: At;
}

/**
 * All sizes run at the same time, and take turns.
 * @param figures gets each figure as soon as it is measured
 */
export async function measureClouds(plan: CloudPlan, figures: Figure[]): Promise<void> {
  await using sites = new AsyncDisposableStack();
  const clouds: { readonly site: Site; readonly at: At }[] = [];
  for (const bindings of plan.bindings) {
    progress(`${bindings.toLocaleString("en")} port bindings are made`);
    const spare = ["sample", ...BULK];
    const site = sites.use(await Site.start({ ports: plan.plugged, vswitchd: false, spare }));
    await fillCloud(site, bindings);
    clouds.push({ site, at: { ports: bindings } });
  }
  for (const kind of plan.servers) {
    await using servers = new AsyncDisposableStack();
    const places: Place[] = [];
    for (const { site, at } of clouds) {
      places.push({ server: servers.use(await startServer(kind, site)), at });
    }
    await measurePlaces(plan, kind, places, figures);
  }
  if (plan.peerRounds === 0) return;
  for (const { site, at } of clouds) {
    // ovn-controller plugs only with ovs-vswitchd.
    await site.chassis.start("ovs-vswitchd");
    await using server = await startServer("standalone", site);
    for (const monitorAll of [false, true]) {
      const subject = `ovn-controller, ovn-monitor-all ${monitorAll}`;
      progress(`${subject}, ${at.ports.toLocaleString("en")} port bindings`);
      figures.push(...figuresOf(subject, await lifeWithOvnController(plan, server, monitorAll), at));
    }
    await site.chassis.stop("ovs-vswitchd");
  }
}

async function measurePlaces(
  plan: CloudPlan,
  kind: ServerKind,
  places: readonly Place[],
  figures: Figure[],
): Promise<void> {
  const subject = subjectAt(vifplugd.subject, kind);
  const isWhole = kind === "standalone";
  progress(`${kind}: starts`);
  for (const { server, at } of places) {
    const { request, start, startByName } = await measureStarts(plan, server);
    figures.push(...figuresOf(subjectAt(REQUEST, kind), [["start", request]], at));
    figures.push(
      ...figuresOf(
        subject,
        [
          ["start", start],
          ["start, one port asked for by name", startByName],
        ],
        at,
      ),
    );
  }
  progress(`${kind}: ports come, change and go`);
  const lives = await measureLives(
    plan,
    places.map(({ server }) => server),
    async (trial, server) => {
      const at = places.find((place) => place.server === server)?.at;
      if (!isWhole || at === undefined) return;
      progress(`${at.ports.toLocaleString("en")} port bindings: many at once, and silence`);
      figures.push(
        ...figuresOf(
          subject,
          [["1,000 ports moved away at once", await moveBulk(plan, server.pid, trial)]],
          at,
        ),
      );
      const { bytes, server: cpu } = await keepStill(plan, server, trial);
      const metric = `silence of ${plan.idleMs / 1000} s`;
      figures.push(figure(subject, metric, "bytes", [bytes], at));
      figures.push(figure(subject, `${metric}: ${CPU}`, "ms", [cpu], at));
    },
  );
  for (const [index, { at }] of places.entries()) {
    figures.push(...figuresOf(subjectAt(ALONE, kind), lives[index]?.alone ?? [], at));
    figures.push(...figuresOf(subject, lives[index]?.plugged ?? [], at));
    const select = lives[index]?.select ?? noCosts();
    figures.push(...figuresOf(subjectAt(SELECT, kind), [["select", select]], at));
  }
  if (!isWhole) return;
  for (const { server, at } of places) {
    progress(`${plan.sessions} chassis at once, ${at.ports.toLocaleString("en")} port bindings`);
    figures.push(...(await startTogether(plan, server, "lookup", at)));
    if (at.ports === plan.nameFirst) figures.push(...(await startTogether(plan, server, "name first", at)));
  }
}

/** Compares chassis with different numbers of plugged ports, among the same number of port bindings. */
export async function measureOwnPorts(plan: CloudPlan, bindings: number, figures: Figure[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const servers: Server[] = [];
  for (const own of plan.ownPorts) {
    progress(`${own.toLocaleString("en")} ports of its own are plugged`);
    const site = stack.use(await Site.start({ ports: own, vswitchd: false, spare: ["sample"] }));
    await fillCloud(site, bindings);
    servers.push(await startServer("standalone", site));
  }
  const lives = await measureLives(plan, servers);
  for (const [index, own] of plan.ownPorts.entries()) {
    figures.push(...figuresOf(OWN, lives[index]?.plugged ?? [], { ports: own }));
  }
}

export function figuresOf(
  subject: string,
  costs: Iterable<readonly [string, Costs]>,
  at: At,
): readonly Figure[] {
  return Array.from(costs, ([metric, { took, server }]) => [
    figure(subject, metric, "ms", took, at),
    figure(subject, `${metric}: ${CPU}`, "ms", server, at),
  ]).flat();
}

function progress(what: string): void {
  process.stderr.write(`bench: cloud: ${what}\n`);
}

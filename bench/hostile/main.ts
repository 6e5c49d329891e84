/**
 * Part `hostile`: the time of a port's change with a thousand clients at the metrics listener, beside the same clients at a
 * server that does nothing; and the memory that the clients cost.
 */
import { join } from "node:path";
import { Crowd, type CrowdKind } from "../../test/hostile/support/crowds.ts";
import { type Hypervisor, startHypervisor } from "../../test/integration/support/hypervisor.ts";
import { type Figure, figure } from "../support/figures.ts";
import type { Part, Ratio } from "../support/report.ts";
import { memory } from "../support/usage.ts";

const CLIENTS = 1000;
const KINDS: readonly CrowdKind[] = ["silent", "half", "deaf", "eager"];
const MEGABYTE = 1 << 20;
const DELAY_GOAL_MS = 100;
const RSS_GOAL_MB = 32;

export const hostile: Part = {
  name: "hostile",
  about: "a thousand local clients: the delay of a port's change, and memory",
  async measure(quick) {
    const samples = quick ? 5 : 30;
    await using hypervisor = await startHypervisor({ config: { metrics: { listen: "127.0.0.1:0" } } });
    const line = await hypervisor.daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
    const port = Number(/port (\d+)/.exec(line)?.[1]);
    await using idle = await IdleServer.start();
    const changes = new Changes(hypervisor);
    await changes.times(samples);
    const figures: Figure[] = [figure("vifplugd", "change, undisturbed", "ms", await changes.times(samples))];
    const ratios: Ratio[] = [];
    for (const kind of KINDS) {
      const elsewhere = await beside(kind, idle.port, () => changes.times(samples));
      const before = memory(hypervisor.daemon.pid).resident;
      const here = await beside(kind, port, () => changes.times(samples));
      const grown = (memory(hypervisor.daemon.pid).resident - before) / MEGABYTE;
      const [floor, disturbed] = [
        figure("idle server", `change beside ${CLIENTS} ${kind} clients`, "ms", elsewhere),
        figure("vifplugd", `change beside ${CLIENTS} ${kind} clients`, "ms", here),
      ];
      figures.push(floor, disturbed);
      const delay = disturbed.p95 - floor.p95;
      ratios.push(
        { name: `delay by ${kind} clients, p95, ms`, value: delay, goal: { atMost: DELAY_GOAL_MS } },
        { name: `RSS grown by ${kind} clients, MB`, value: grown, goal: { atMost: RSS_GOAL_MB } },
      );
    }
    return { figures, ratios };
  },
};

async function beside<T>(kind: CrowdKind, port: number, measure: () => Promise<T>): Promise<T> {
  await using _crowd = await Crowd.gather(kind, port, CLIENTS, 100);
  return measure();
}

/** Changes of a port's MTU request, each measured from the Northbound command to the interface's row. */
class Changes {
  readonly #hypervisor: Hypervisor;
  #mtu = 1300;

  constructor(hypervisor: Hypervisor) {
    this.#hypervisor = hypervisor;
  }

  /** The time of each change, in milliseconds. */
  async times(count: number): Promise<readonly number[]> {
    if (this.#mtu === 1300) await this.#hypervisor.addPlugged("bench");
    const times: number[] = [];
    for (let sample = 0; sample < count; sample++) {
      const mtu = ++this.#mtu;
      const started = performance.now();
      await this.#hypervisor.setLport("bench", { "vif-plug-mtu-request": String(mtu) });
      await this.#hypervisor.interface("bench", ({ mtu_request }) => mtu_request === mtu);
      times.push(performance.now() - started);
    }
    return times;
  }
}

class IdleServer implements AsyncDisposable {
  readonly port: number;
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;

  private constructor(process: Bun.Subprocess<"pipe", "pipe", "inherit">, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start(): Promise<IdleServer> {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "idle-server.ts")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    for await (const chunk of child.stdout)
      return new IdleServer(child, Number(new TextDecoder().decode(chunk)));
    throw new Error("the idle server ended");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    await this.#process.exited;
  }
}

/**
 * Whatever happens to NICs: after the kernel's messages have been read, no port is on a function that is another's, and
 * every port whose function has a network device is on that.
 */
import { test } from "bun:test";
import type { Provider } from "../../../src/providers/provider.ts";
import { checkListProperty } from "../../support/random.ts";
import { type Kind, NicWorld, pfMacOf, randomStep, type Step } from "./support/history.ts";
import { questionOf, startProvider, turn } from "./support/start.ts";

/** Logical ports, one for each function there can be. */
const LPORTS = [0, 1].flatMap((nic) => [0, 1].map((vf) => ({ lport: `lp${nic}${vf}`, nic, vf })));

/** What the daemon does with the answers: rules P1, P4, P6 and U7, as far as they concern one chassis. */
class Plugger {
  readonly inPlace = new Map<string, string>();
  readonly #provider: Provider;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** @returns whether something changed */
  decide(): boolean {
    this.#provider.run?.();
    let changed = false;
    for (const { lport, nic, vf } of LPORTS) {
      const before = this.inPlace.get(lport) ?? null;
      const question = questionOf(
        lport,
        { "pf-mac": pfMacOf(nic), "vf-num": String(vf) },
        { inPlace: before },
      );
      const answer = this.#provider.prepare(question);
      const wanted =
        answer.ready && answer.interface !== undefined
          ? { type: "", options: {}, ...answer.interface }
          : null;
      const isTaken = [...this.inPlace].some(([other, name]) => other !== lport && name === wanted?.name);
      if (wanted !== null && wanted.name !== before && !isTaken) {
        this.inPlace.set(lport, wanted.name);
        this.#provider.finish?.(question, wanted);
        changed = true;
      } else if (answer.misplaced !== undefined) {
        this.inPlace.delete(lport);
        this.#provider.finish?.({ ...question, operation: "remove" }, null);
        changed = true;
      } else this.#provider.arrange?.(question);
    }
    return changed;
  }
}

/** What is wrong after a history, or undefined. */
async function faultOf(kind: Kind, steps: readonly Step[]): Promise<string | undefined> {
  const world = new NicWorld(kind);
  const provider = await startProvider(world);
  try {
    const plugger = new Plugger(provider);
    for (const step of steps) {
      if (step.do === "decide") plugger.decide();
      else if (step.do === "turn") await turn();
      else world.perform(step);
    }
    // Everything is read, and what is asked is answered; how long that takes is bounded.
    for (let rounds = 0; rounds < 30; rounds++) {
      world.read(rounds % 2 === 0 ? "ports" : "links", 1000);
      await turn();
      if (!plugger.decide() && !world.hasUnread && rounds > 10) break;
    }
    return faultAtRest(world, plugger);
  } finally {
    provider.destroy?.();
  }
}

function faultAtRest(world: NicWorld, { inPlace }: Plugger): string | undefined {
  for (const { lport, nic, vf } of LPORTS) {
    const name = inPlace.get(lport);
    const owner = name === undefined ? undefined : world.ownerOf(name);
    if (owner !== undefined && owner !== null && (owner.nic !== nic || owner.vf !== vf)) {
      return `${lport} is on ${name}, which is VF ${owner.vf} of NIC ${owner.nic}`;
    }
    if (owner === null) return `${lport} is on ${name}, which is no function's`;
    const own = world.functions.find((one) => one.nic === nic && one.vf === vf);
    if (own?.isThere && own.ifindex !== null && name !== own.name) {
      return `${lport} is on ${name ?? "nothing"}, and its function's device is ${own.name}`;
    }
  }
  return undefined;
}

test.each<[string, Kind]>([
  ["from 6.2 on, with drivers' names", { isModern: true, hasNames: true }],
  ["from 6.2 on, without drivers' names", { isModern: true, hasNames: false }],
  ["before 6.2, with drivers' names", { isModern: false, hasNames: true }],
])("on kernels %s", async (_, kind) => {
  await checkListProperty<Step>({
    cases: 150,
    generate: (random) => random.list(1 + random.int(40), () => randomStep(random)),
    failure: (steps) => faultOf(kind, steps),
  });
});

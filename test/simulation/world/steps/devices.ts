/** What the provider finds changes, and the provider itself. */
import type { Device } from "../devices.ts";
import { type Kinds, lport, outage } from "./kind.ts";

export const DEVICES: Kinds = {
  device: {
    weight: 6,
    isFault: false,
    args: (random) => [
      lport(random),
      random.pick(["absent", "throws", "misplaced", "", "", "dev0", "dev1", "bad0"]),
    ],
    run: ({ devices }, [name = "", what = ""]) => {
      devices.set([[name, deviceOf(what)]]);
      return `the device of ${name}: ${what || "as usual"}`;
    },
  },
  exchange: {
    weight: 4,
    isFault: false,
    args: (random) => [lport(random), lport(random)],
    run: ({ devices }, [one = "", other = ""]) => {
      const a = devices.of(one);
      const b = devices.of(other);
      devices.set([
        [one, b],
        [other, a],
      ]);
      return `${one} and ${other} exchange their devices`;
    },
  },
  keep: {
    weight: 2,
    isFault: false,
    args: (random) => [lport(random), random.pick(["keeps", "gives"])],
    run: ({ devices }, [name = "", what = ""]) => {
      devices.keep(name, what === "keeps");
      return `the provider ${what} ${name}`;
    },
  },
  provider: {
    weight: 1,
    isFault: true,
    args: (random) => [outage(random)],
    run: ({ daemons }, [ms = "0"]) => {
      daemons.disableProvider(Number(ms));
      return `the provider is not enabled for ${ms} ms`;
    },
  },
  program: {
    weight: 2,
    isFault: true,
    args: (random) => [random.pick(["die", "hang"]), String(random.int(random.pick([300, 3000, 15_000])))],
    run: ({ daemons }, [what = "", ms = "0"]) => {
      daemons.disturbPrograms(what === "die" ? what : "hang", Number(ms));
      return `the provider's program, if it is one: ${what}, for ${ms} ms`;
    },
  },
  throw: {
    weight: 1,
    isFault: true,
    args: () => [],
    run: ({ daemons }) => {
      daemons.throwOnce();
      return "a node of the graph is to throw";
    },
  },
};

function deviceOf(what: string): Device | null {
  switch (what) {
    case "":
      return null;
    case "absent":
    case "throws":
      return { kind: what };
    case "misplaced":
      return { kind: "misplaced", whose: "pf0vf7 of another port" };
    default:
      return { kind: "ready", name: what };
  }
}

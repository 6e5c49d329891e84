/**
 * Part `providers`: what it costs that a provider is a program of its own, beside the built-in `dummy`: one port from a
 * Southbound commit to its interface, and 5,000 questions at once. The program does what `dummy` does, in Python.
 */
import { join } from "node:path";
import { CommandProvider } from "../../src/providers/command/command.ts";
import { ProviderRegistry } from "../../src/providers/registry.ts";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";
import { type Plugger, vifplugd } from "../plug/pluggers.ts";
import { Site } from "../plug/site.ts";
import { STEPS, Trial } from "../plug/trial.ts";
import { type Figure, figure } from "../support/figures.ts";
import type { Part, Ratio } from "../support/report.ts";

const PYTHON = join(import.meta.dirname, "provider.py");
const DUMMY = "vifplugd, dummy";
const COMMAND = "vifplugd, a command in Python";
const WITHIN = 20_000;
const PORTS = 100;
const VOLLEY = 5000;

/** How much longer a change may take with a command, and 5,000 questions at all, in milliseconds. */
const COMMAND_TIMES = 1.3;
const VOLLEY_MS = 1000;

export const providers: Part = {
  name: "providers",
  about: "a provider that is a program in Python beside dummy: one change, and 5,000 questions at once",
  async measure(quick) {
    const figures = [...(await changes(quick ? 10 : 100)), await volleys(quick ? 2 : 10)];
    return { figures, ratios: ratiosOf(figures) };
  },
};

/** The two take turns, each at a site of its own, so that whatever else the machine does is everybody's. */
async function changes(rounds: number): Promise<readonly Figure[]> {
  await using sites = new AsyncDisposableStack();
  const trials: (readonly [string, Trial])[] = [];
  for (const [subject, plugger] of [
    [DUMMY, vifplugd],
    [COMMAND, withCommand],
  ] as const) {
    const site = sites.use(await Site.start({ ports: PORTS, vswitchd: false, spare: ["sample"] }));
    const program = await plugger.start(site);
    await program.waitLog(/OVN_Southbound: in sync/);
    trials.push([subject, new Trial(plugger, site, program, WITHIN)]);
  }
  const turn = async () => {
    for (const [, trial] of trials) await trial.round(async () => {});
  };
  for (let warmUp = 0; warmUp < 5; warmUp++) await turn();
  for (const [, trial] of trials) trial.begin();
  for (let round = 0; round < rounds; round++) await turn();
  return trials.flatMap(([subject, { times, missed }]) => {
    if (missed !== null) throw new Error(`${subject}: ${missed}`);
    return STEPS.map((step) => figure(subject, step, "ms", times[step], { ports: PORTS }));
  });
}

/** Answers to the plug type of the site's ports. */
const withCommand: Plugger = {
  ...vifplugd,
  start: ({ chassis }) =>
    startDaemon({
      chassis,
      config: {
        ...baseConfig(chassis),
        providers: [{ type: "python", match: ["dummy"], command: [PYTHON] }],
      },
    }),
};

async function volleys(count: number): Promise<Figure> {
  const lports = Array.from({ length: VOLLEY }, (_, index) => `lsp${index}`);
  const times: number[] = [];
  for (let round = 0; round < count; round++) times.push(await volley(lports));
  return figure(COMMAND, `${VOLLEY.toLocaleString("en")} questions`, "ms", times);
}

async function volley(lports: readonly string[]): Promise<number> {
  let wake = () => {};
  const registry = new ProviderRegistry({
    elapsed: () => performance.now(),
    onWake: () => wake(),
    log: () => {},
  });
  const provider = new CommandProvider({
    ...{ type: "python", argv: [PYTHON], options: {} },
    checkOptions: () => null,
  });
  const registered = registry.register(provider);
  if (!registered.ok) throw new Error(registered.error.message);
  registry.attend({ vifplugd: "bench", chassis: null, bridge: "br-int" });
  while (provider.state().state === "starting") await new Promise<void>((resolve) => (wake = resolve));
  const began = performance.now();
  let waiting = lports.filter((lport) => isAwaited(registered.value.prepare(inputOf(lport))));
  while (waiting.length > 0) {
    await new Promise<void>((resolve) => (wake = resolve));
    waiting = waiting.filter((lport) => isAwaited(registered.value.prepare(inputOf(lport))));
  }
  const took = performance.now() - began;
  await registry.destroyAll(() => () => {});
  return took;
}

function isAwaited(answer: object): boolean {
  return "awaited" in answer;
}

const NOTHING: ReadonlyMap<string, string> = new Map();
const openVSwitch = { external_ids: NOTHING, other_config: NOTHING };
const bridge = { name: "br-int", datapath_type: "", other_config: NOTHING };

function inputOf(name: string) {
  return {
    operation: "create",
    openVSwitch,
    bridge,
    lport: { name, options: NOTHING },
    interface: null,
  } as const;
}

function ratiosOf(figures: readonly Figure[]): readonly Ratio[] {
  const median = (subject: string, metric: string) =>
    figures.find((one) => one.subject === subject && one.metric === metric)?.median ?? Number.NaN;
  return [
    ...STEPS.map((step) => ({
      name: `${step}: a command in Python to dummy`,
      value: median(COMMAND, step) / median(DUMMY, step),
      goal: { atMost: COMMAND_TIMES },
    })),
    {
      name: `${VOLLEY.toLocaleString("en")} questions, ms`,
      value: median(COMMAND, `${VOLLEY.toLocaleString("en")} questions`),
      goal: { atMost: VOLLEY_MS },
    },
  ];
}

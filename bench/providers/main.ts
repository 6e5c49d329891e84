/**
 * Part `providers`: the cost of a provider that is a program of its own, beside the built-in `dummy`: for one port, from a
 * Southbound commit to the interface, and for 5,000 questions at once. The program is `dummy` written in Python.
 */
import { join } from "node:path";
import { CommandProvider } from "../../src/providers/command/command.ts";
import { ParamsMaker, request } from "../../src/providers/command/wire.ts";
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
const FLOOR = "the same bytes, Python alone";
const WITHIN = 20_000;
const PORTS = 100;
const VOLLEY = 5000;
const QUESTIONS = `${VOLLEY.toLocaleString("en")} questions`;

/** The goals: the ratio of a change with a command to a change without, and the time of 5,000 questions, in milliseconds. */
const COMMAND_TIMES = 1.3;
const VOLLEY_MS = 1000;

export const providers: Part = {
  name: "providers",
  about: "a provider that is a program in Python beside dummy: one change, and 5,000 questions at once",
  async measure(quick) {
    const figures = [
      ...(await changes(quick ? 10 : 100)),
      ...(await volleys(quick ? 2 : 10)),
      await roundTrips(quick ? 100 : 1000),
    ];
    return { figures, ratios: ratiosOf(figures) };
  },
};

/** The two take turns, each at a site of its own, so that other work of the machine affects both alike. */
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

/** vifplugd with the command as the provider of the site's ports. */
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

/** Asks in turns with the floor: the program itself, which gets the same questions from a bare pipe. */
async function volleys(count: number): Promise<readonly Figure[]> {
  const lports = Array.from({ length: VOLLEY }, (_, index) => `lsp${index}`);
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < count; round++) {
    ours.push(await volley(lports));
    await using bare = new BarePipe();
    await bare.ask(["first"]);
    const began = performance.now();
    await bare.ask(lports);
    floor.push(performance.now() - began);
  }
  return [figure(COMMAND, QUESTIONS, "ms", ours), figure(FLOOR, QUESTIONS, "ms", floor)];
}

/** The least time of one question: the way through two pipes and back, and Python's part. */
async function roundTrips(count: number): Promise<Figure> {
  await using bare = new BarePipe();
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    const began = performance.now();
    await bare.ask([`lsp${round}`]);
    times.push(performance.now() - began);
  }
  return figure(FLOOR, "one question", "ms", times);
}

/** The program without our own code around it. */
class BarePipe {
  readonly #params = new ParamsMaker();
  readonly #program = Bun.spawn([PYTHON], { stdio: ["pipe", "pipe", "inherit"] });
  readonly #answers = this.#program.stdout.getReader();

  async ask(lports: readonly string[]): Promise<void> {
    const questions = lports.map((lport, id) => request(id, "prepare", this.#params.params(inputOf(lport))));
    this.#program.stdin.write(questions.join(""));
    // The program answers before it has all questions, and waits when nobody reads.
    void this.#program.stdin.flush();
    for (let missing = lports.length; missing > 0; ) {
      const { value, done } = await this.#answers.read();
      if (done) throw new Error("the program ended");
      for (const byte of value) if (byte === 0x0a) missing--;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program.stdin.end();
    await this.#program.exited;
  }
}

async function volley(lports: readonly string[]): Promise<number> {
  let wake = (_lports: readonly string[]) => {};
  const registry = new ProviderRegistry({
    elapsed: () => performance.now(),
    onWake: (_type, told) => wake(told),
    log: () => {},
  });
  const provider = new CommandProvider({
    ...{ type: "python", argv: [PYTHON], options: {} },
    checkOptions: () => null,
  });
  const registered = registry.register(provider);
  if (!registered.ok) throw new Error(registered.error.message);
  registry.attend({ vifplugd: "bench", chassis: null, bridge: "br-int" });
  while (provider.state().state === "starting") {
    await new Promise<void>((resolve) => (wake = () => resolve()));
  }
  const began = performance.now();
  const isAnswered = (lport: string) => !isAwaited(registered.value.prepare(inputOf(lport)));
  let open = lports.filter((lport) => !isAnswered(lport)).length;
  await new Promise<void>((resolve) => {
    // Asks again only about the ports whose answers have arrived, as the graph does.
    wake = (told) => {
      open -= told.filter(isAnswered).length;
      if (open === 0) resolve();
    };
  });
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
      name: `${QUESTIONS}, ms`,
      value: median(COMMAND, QUESTIONS),
      goal: { atMost: VOLLEY_MS },
    },
    {
      name: `${QUESTIONS}: to the same bytes through Python alone`,
      value: median(COMMAND, QUESTIONS) / median(FLOOR, QUESTIONS),
    },
  ];
}

/**
 * A provider that is a program in a process of its own, as `command` has it: the real code asks it, over pipes that keep the
 * order of what is written, and the program takes its time, hangs, or dies with questions open. Only the process is simulated.
 */
import { isArray, isObject, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Answer } from "../../../src/providers/answer.ts";
import type { Child, ChildOptions } from "../../../src/providers/command/child.ts";
import { CommandProvider } from "../../../src/providers/command/command.ts";
import { PROTOCOL } from "../../../src/providers/command/wire.ts";
import type { PrepareInput, WantedInterface } from "../../../src/providers/provider.ts";
import type { Random } from "../../support/random.ts";
import { answerOf, type DeviceProvider, type Devices, OPTION, PLUG_TYPE, type Watcher } from "./devices.ts";
import type { Process } from "./process.ts";
import { Standstill } from "./standstill.ts";
import type { World } from "./world.ts";

export interface ProgramProvider extends DeviceProvider {
  /** Kills the program, or lets it stand still for so many milliseconds. */
  disturb(what: "die" | "hang", ms: number): void;
  /** The program stands still no more. */
  calm(): void;
}

/** @param process that of the vifplugd whose program it is */
export function programOf(
  world: World,
  process: Process,
  devices: Devices,
  watcher: Watcher,
): ProgramProvider {
  let program: Program | null = null;
  const provider = new WatchedCommand(watcher, {
    type: PLUG_TYPE,
    argv: ["/no-such-program"],
    options: {},
    checkOptions: () => null,
    time: process.environment,
    startChild: (options) => {
      program = new Program(options, world, process, devices, (lport, operation) =>
        provider.hasRead(lport, operation),
      );
      return program;
    },
  });
  return {
    provider,
    misplaced: () => new Set(provider.misplaced),
    unheard: () => provider.unheard,
    end() {},
    disturb(what, ms) {
      if (what === "die") program?.signal("SIGKILL");
      else program?.hang(ms);
    },
    calm: () => program?.goOn(),
  };
}

/** The real provider, and what goes in and out. */
class WatchedCommand extends CommandProvider {
  readonly #watcher: Watcher;
  readonly misplaced = new Set<string>();
  /** Each `finish` that no program has read. */
  unheard: readonly string[] = [];

  constructor(watcher: Watcher, options: ConstructorParameters<typeof CommandProvider>[0]) {
    super(options);
    this.#watcher = watcher;
  }

  override answer(input: PrepareInput): Answer {
    this.#watcher.asked(input.lport.name);
    const answer = super.answer(input);
    if (input.operation === "create") {
      if (answer.kind === "not-ready" && answer.misplaced !== undefined) this.misplaced.add(input.lport.name);
      else this.misplaced.delete(input.lport.name);
    }
    return answer;
  }

  override finish(input: PrepareInput, output: WantedInterface | null): void {
    this.#watcher.finished(input.lport.name, input.operation);
    this.unheard = [...this.unheard, `${input.operation} ${input.lport.name}`];
    super.finish(input, output);
  }

  /** The program has read a `finish`, maybe not for the first time. */
  hasRead(lport: string, operation: string): void {
    const at = this.unheard.indexOf(`${operation} ${lport}`);
    if (at >= 0) this.unheard = this.unheard.toSpliced(at, 1);
  }
}

class Program implements Child {
  readonly hasRoom = true;
  readonly #options: ChildOptions;
  readonly #world: World;
  readonly #random: Random;
  readonly #process: Process;
  readonly #devices: Devices;
  readonly #onFinish: (lport: string, operation: string) => void;
  readonly #endListening: () => void;
  /** It answers one question after the other. */
  readonly #answersInOrder: boolean;
  /** It says which logical ports a change is about. */
  readonly #namesChanged: boolean;
  readonly #asked = new Set<string>();
  /** What has come out of its pipe, and that it has ended. */
  readonly #out: (() => void)[] = [];
  /** When the last of each direction arrives, and when its last thought ends. */
  #inAt = 0;
  #outAt = 0;
  #thoughtAt = 0;
  readonly #standstill: Standstill;
  #isOver = false;

  constructor(
    options: ChildOptions,
    world: World,
    process: Process,
    devices: Devices,
    onFinish: (lport: string, operation: string) => void,
  ) {
    this.#options = options;
    this.#standstill = new Standstill(world.scheduler);
    this.#world = world;
    this.#random = world.programs;
    this.#process = process;
    this.#devices = devices;
    this.#onFinish = onFinish;
    this.#answersInOrder = this.#random.chance(0.5);
    this.#namesChanged = this.#random.chance(0.5);
    this.#endListening = devices.listen(() => {
      this.#world.scheduler.after(this.#random.int(3), () => this.#when(() => this.#tellChanged()));
    });
    world.tell(this.#name, "starts");
  }

  get #name(): string {
    return `program-of-${this.#process.name}`;
  }

  write(text: string): boolean {
    const { scheduler } = this.#world;
    for (const line of text.split("\n")) {
      if (line === "") continue;
      this.#inAt = Math.max(this.#inAt, scheduler.now + this.#passing());
      scheduler.at(this.#inAt, () => this.#when(() => this.#read(line)));
    }
    return true;
  }

  end(): void {
    this.#world.scheduler.at(this.#inAt, () => this.#when(() => this.#exit("it exited with status 0")));
  }

  signal(name: "SIGTERM" | "SIGKILL"): void {
    this.#exit(`it was ended by ${name}`);
  }

  hang(ms: number): void {
    this.#standstill.begin(ms);
  }

  /** It stands still no more. */
  goOn(): void {
    this.#standstill.end();
  }

  /** Now, or when it works again; never after its end. */
  #when(run: () => void): void {
    this.#standstill.enter(() => {
      if (!this.#process.alive) this.#exit("nobody is there any more");
      if (!this.#isOver) run();
    });
  }

  /** Milliseconds that a pipe takes. */
  #passing(): number {
    return this.#random.int(100) / 1000;
  }

  /** Milliseconds until an answer is known. */
  #thinking(): number {
    const longest = this.#random.pick([0, 1, 1, 5, 5, 30, 300]);
    if (!this.#world.isCalm && this.#random.int(40) === 0) return this.#random.int(6000);
    return this.#random.int(longest * 1000 + 1) / 1000;
  }

  #read(line: string): void {
    const message: Json = JSON.parse(line);
    if (!isObject(message)) throw new TypeError(`not a message: ${line}`);
    const { id, method, params } = message;
    if (!isObject(params)) throw new TypeError(`no params: ${line}`);
    switch (method) {
      case "initialize":
        this.#say({ jsonrpc: "2.0", id, result: { protocol: PROTOCOL, maintainedOptions: [OPTION] } });
        break;
      case "shutdown":
        this.#say({ jsonrpc: "2.0", id, result: {} });
        break;
      case "prepare":
        this.#think({ jsonrpc: "2.0", id, ...this.#answer(params) });
        break;
      case "finish":
        this.#onFinish(lportIn(params), String(params.operation));
    }
  }

  #answer(params: JsonObject): object {
    const lport = lportIn(params);
    this.#asked.add(lport);
    const device = this.#devices.of(lport);
    if (device.kind === "throws") return { error: { code: 1, message: "the program is out of order" } };
    if (params.operation !== "remove") return { result: answerOf(device, lport) };
    const isKept = this.#devices.kept.has(lport);
    return { result: isKept ? { ready: false, reason: "the device is busy" } : { ready: true } };
  }

  /** Says it some time later; what has changed meanwhile is told apart. */
  #think(answer: object): void {
    const { scheduler } = this.#world;
    const known = scheduler.now + this.#thinking();
    this.#thoughtAt = this.#answersInOrder ? Math.max(this.#thoughtAt, known) : known;
    scheduler.at(this.#thoughtAt, () => this.#when(() => this.#say(answer)));
  }

  #tellChanged(): void {
    const params = this.#namesChanged ? { lports: [...this.#asked] } : {};
    this.#say({ jsonrpc: "2.0", method: "changed", params });
  }

  #say(message: object): void {
    const line = JSON.stringify(message);
    this.#world.tell(this.#name, `writes ${line}`);
    this.#pass(() => void this.#options.onLine(line));
  }

  #exit(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endListening();
    this.#world.tell(this.#name, `has ended: ${how}`);
    this.#pass(() => this.#options.onEnd(how));
  }

  /** In order, also to a process that stands still meanwhile. */
  #pass(call: () => void): void {
    const { scheduler } = this.#world;
    this.#outAt = Math.max(this.#outAt, scheduler.now + this.#passing());
    scheduler.at(this.#outAt, () => {
      this.#out.push(call);
      this.#process.enter(() => {
        for (const next of this.#out.splice(0)) next();
      });
    });
  }
}

function lportIn({ lport }: JsonObject): string {
  if (!isObject(lport) || isArray(lport) || typeof lport.name !== "string") throw new TypeError("no lport");
  return lport.name;
}

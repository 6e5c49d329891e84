/** What everything in a history shares: time, chance, the network, and names for rows. */
import { type Random, random } from "../../support/random.ts";
import { Network } from "./network.ts";
import { Process } from "./process.ts";
import { Scheduler } from "./scheduler.ts";

export class World {
  readonly scheduler = new Scheduler();
  /** For whatever has no stream of its own: delays, and what actors do. */
  readonly random: Random;
  readonly network: Network;
  /** For the programs of providers. */
  readonly programs: Random;
  /** Of a client's monitors the last one tells first. */
  readonly tellsLastFirst: boolean;
  readonly #uuids: Random;
  readonly #seed: number;
  #processes = 0;
  #isDiagram = false;
  /** Lines of the story; null: nobody reads it. */
  story: string[] | null = null;
  /** Nothing is disturbed any more. */
  isCalm = false;
  /** Set by the first check that fails; nothing happens after that. */
  failure: string | null = null;

  /** @param readsTogether a process reads messages together that have arrived by then */
  constructor(seed: number, readsTogether: boolean, tellsLastFirst = false) {
    this.#seed = seed;
    this.tellsLastFirst = tellsLastFirst;
    this.random = random(seed);
    this.#uuids = random(seed ^ 0x5bd1e995);
    this.programs = random(seed ^ 0x1f83d9ab);
    const reading = readsTogether ? random(seed ^ 0x3c6ef372) : null;
    this.network = new Network(this.scheduler, random(seed ^ 0x2545f491), reading);
  }

  process(name: string): Process {
    return new Process(name, this.scheduler, this.network, random(this.#seed + 7919 * ++this.#processes));
  }

  newUuid(): string {
    const uuids = this.#uuids;
    const part = () => uuids.int(0x10000).toString(16).padStart(4, "0");
    return `${part()}${part()}-${part()}-${part()}-${part()}-${part()}${part()}${part()}`;
  }

  /** For how long something is away, in milliseconds. */
  outage(): number {
    const { random } = this;
    return random.int(random.pick([20, 200, 1000, 5000]));
  }

  /** Lets the story be a sequence diagram, with every message. */
  draw(): void {
    this.#isDiagram = true;
    this.story = [];
    this.network.onMessage = (from, to, text) => this.story?.push(`${from}->>${to}: ${plain(text())}`);
  }

  /** A line of the story. */
  tell(who: string, what: string): void {
    const at = time(this.scheduler.now);
    this.story?.push(
      this.#isDiagram ? `Note over ${who}: ${plain(`${at.trim()} s ${what}`)}` : `${at} ${who}: ${what}`,
    );
  }

  fail(why: string): void {
    this.failure ??= `${time(this.scheduler.now)} ${why}`;
    this.tell("FAILURE", why);
  }
}

export function time(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(4).padStart(9)}`;
}

/** What Mermaid takes for text, and no longer than a line. */
function plain(text: string): string {
  const line = text.replaceAll(/[;#\n]/g, " ");
  return line.length <= 200 ? line : `${line.slice(0, 200)}…`;
}

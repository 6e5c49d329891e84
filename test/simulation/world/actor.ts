/** An actor that does its work some time after something has changed, once for all that changed in between. */
import type { World } from "./world.ts";

export class Actor {
  readonly name: string;
  readonly world: World;
  readonly #work: () => void;
  readonly #slowness: number;
  #isDue = false;
  #alive = true;

  /** @param slowness milliseconds that it takes at most, unless it is late */
  constructor(world: World, name: string, slowness: number, work: () => void) {
    this.world = world;
    this.name = name;
    this.#slowness = slowness;
    this.#work = work;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Something has changed. */
  wake(atLeast = 0): void {
    if (this.#isDue || !this.#alive) return;
    this.#isDue = true;
    const { random, scheduler } = this.world;
    const late = random.int(20) === 0 ? random.int(2000) : 0;
    scheduler.after(atLeast + random.int(Math.ceil(this.#slowness * 10)) / 10 + late, () => {
      this.#isDue = false;
      if (this.#alive) this.#work();
    });
  }

  stop(): void {
    this.#alive = false;
  }

  start(): void {
    if (this.#alive) return;
    this.#alive = true;
    this.wake();
  }
}

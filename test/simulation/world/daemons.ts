/** The vifplugds of a chassis, one or two: started, killed, stopped, and started again. */
import type { Devices } from "./devices.ts";
import { type Deeds, type Settings, Vifplugd } from "./vifplugd.ts";
import type { World } from "./world.ts";

export class Daemons {
  readonly #world: World;
  readonly #devices: Devices;
  readonly #deeds: Deeds;
  #settings: Settings;
  /** Those that were in force, and until when. */
  readonly #former: { readonly settings: Settings; readonly until: number }[] = [];
  readonly #present: Vifplugd[];
  /** All that there ever were. */
  readonly all: Vifplugd[] = [];

  constructor(world: World, devices: Devices, deeds: Deeds, settings: Settings, count: number) {
    this.#world = world;
    this.#devices = devices;
    this.#deeds = deeds;
    this.#settings = settings;
    this.#present = Array.from({ length: count }, (_, n) => this.#start(n));
  }

  get present(): readonly Vifplugd[] {
    return this.#present.filter(({ alive }) => alive);
  }

  #start(n: number): Vifplugd {
    const name = `vifplugd-${"ab"[n]}`;
    this.#world.tell(name, "starts");
    const vifplugd = new Vifplugd(this.#world, name, this.#devices, this.#deeds, this.#settings);
    this.all.push(vifplugd);
    return vifplugd;
  }

  disturb(what: string, n: number, ms: number): string {
    const at = n % this.#present.length;
    const vifplugd = this.#present[at];
    if (vifplugd === undefined || !vifplugd.alive) return "it is away already";
    if (what === "halt") vifplugd.process.halt(ms);
    else {
      if (what === "kill") vifplugd.kill();
      else vifplugd.stop();
      this.#world.scheduler.after(ms, () => this.#again(at));
    }
    return `${vifplugd.process.name}: ${what}, for ${ms} ms`;
  }

  #again(at: number): void {
    if (this.#present[at]?.alive === false) this.#present[at] = this.#start(at);
  }

  /** Whatever may have been in force when something was decided that is carried out now; the present ones first. */
  settingsSince(time: number): readonly Settings[] {
    const former = this.#former.filter(({ until }) => until > time).map(({ settings }) => settings);
    return [this.#settings, ...former];
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** The configuration is another one, of which each process is told. */
  reload(change: Partial<Settings>): void {
    this.#former.push({ settings: this.#settings, until: this.#world.scheduler.now });
    this.#settings = { ...this.#settings, ...change };
    for (const vifplugd of this.present) vifplugd.reload(this.#settings);
  }

  /** The next node of each that asks for a provider throws. */
  throwOnce(): void {
    for (const vifplugd of this.present) vifplugd.throwOnce();
  }

  command(name: string): void {
    for (const vifplugd of this.present) vifplugd.command(name);
  }

  /** The provider is taken out of the configuration for so many milliseconds. */
  disableProvider(ms: number): void {
    for (const vifplugd of this.present) {
      vifplugd.enableProvider(false);
      this.#world.scheduler.after(ms, () => vifplugd.enableProvider());
    }
  }

  /** Ports that somebody let go. */
  readonly confirmed = new Set<string>();

  confirm(): void {
    for (const vifplugd of this.present) vifplugd.confirmUnplug((lport) => this.confirmed.add(lport));
  }

  calm(): void {
    for (const at of this.#present.keys()) this.#again(at);
    for (const vifplugd of this.present) vifplugd.enableProvider();
  }
}

/** The vifplugds of a chassis, one or two: started, killed, stopped, and started again. */
import type { Devices } from "./devices.ts";
import type { Settings } from "./settings.ts";
import { type Deeds, Vifplugd } from "./vifplugd.ts";
import type { World } from "./world.ts";

export class Daemons {
  readonly #world: World;
  readonly #devices: Devices;
  readonly #deeds: Deeds;
  readonly #isProgram: boolean;
  /** The configurations that there have been; the last one is in force. */
  readonly everSettings: [Settings, ...Settings[]];
  readonly #present: Vifplugd[];
  /** All that there ever were. */
  readonly all: Vifplugd[] = [];

  constructor(
    world: World,
    devices: Devices,
    deeds: Deeds,
    settings: Settings,
    { daemons, isProgram = false }: { readonly daemons: number; readonly isProgram?: boolean },
  ) {
    this.#world = world;
    this.#devices = devices;
    this.#deeds = deeds;
    this.#isProgram = isProgram;
    this.everSettings = [settings];
    this.#present = Array.from({ length: daemons }, (_, n) => this.#start(n));
  }

  get present(): readonly Vifplugd[] {
    return this.#present.filter(({ alive }) => alive);
  }

  #start(n: number): Vifplugd {
    const name = `vifplugd-${"ab"[n]}`;
    this.#world.tell(name, "starts");
    const vifplugd = new Vifplugd(this.#world, name, {
      devices: this.#devices,
      isProgram: this.#isProgram,
      deeds: this.#deeds,
      settings: this.settings,
    });
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

  get settings(): Settings {
    return this.everSettings.at(-1) ?? this.everSettings[0];
  }

  /** The configuration is another one, of which each process is told. */
  reload(change: Partial<Settings>): void {
    this.everSettings.push({ ...this.settings, ...change });
    for (const vifplugd of this.present) vifplugd.reload(this.settings);
  }

  /** The next node of each that asks for a provider throws. */
  throwOnce(): void {
    for (const vifplugd of this.present) vifplugd.throwOnce();
  }

  /** The programs of the providers die, or stand still for so many milliseconds. */
  disturbPrograms(what: "die" | "hang", ms: number): void {
    for (const vifplugd of this.present) vifplugd.disturbProgram(what, ms);
  }

  command(name: string, args: readonly string[]): void {
    for (const vifplugd of this.present) vifplugd.command(name, args);
  }

  /** The provider is in the configuration, or is not. */
  enableProvider(isEnabled: boolean): void {
    for (const vifplugd of this.present) vifplugd.enableProvider(isEnabled);
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
    for (const vifplugd of this.present) vifplugd.calm();
  }
}

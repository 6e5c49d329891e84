/** A hypervisor whose vifplugd has the example provider of examples/, twice,, and the files that they read. */
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Chassis } from "../../../tools/chassis/chassis.ts";
import { baseConfig, configPath } from "../../../tools/chassis/daemon.ts";
import type { Program } from "../../../tools/chassis/program.ts";
import { type Config, type Hypervisor, startHypervisor } from "./hypervisor.ts";

export type PinnedType = "pinned" | "clamped";

const program = join(import.meta.dir, "vifplugd-with-pins.ts");

export class PinnedHypervisor {
  readonly hv: Hypervisor;
  readonly daemon: Program;
  readonly #dir: string;

  private constructor(hv: Hypervisor, daemon: Program, dir: string) {
    this.hv = hv;
    this.daemon = daemon;
    this.#dir = dir;
  }

  /**
   * @param config keys of the configuration, which may depend on the chassis
   * @param pins what the file of the provider `pinned` says from the start: no event of it comes later
   */
  static async start(
    config: Config | ((chassis: Chassis) => Promise<Config>) = {},
    pins: Readonly<Record<string, string>> = {},
  ): Promise<PinnedHypervisor> {
    const hv = await startHypervisor({ daemon: false });
    const { chassis } = hv;
    const dir = join(chassis.dir, "pins");
    await mkdir(dir);
    await Bun.write(join(dir, "pinned"), textOf(pins));
    const reading = (type: PinnedType) => ({ type, options: { file: join(dir, type) } });
    const over = typeof config === "function" ? await config(chassis) : config;
    const providers = [{ type: "dummy" }, reading("pinned"), reading("clamped")];
    await Bun.write(configPath(chassis), JSON.stringify({ ...baseConfig(chassis), providers, ...over }));
    const argv = [process.execPath, program, "run", "--config", configPath(chassis)];
    const daemon = chassis.spawn("vifplugd", argv);
    await Promise.all([daemon.waitLog(/: holding the lock/), daemon.waitLog(/OVN_Southbound: in sync/)]);
    await chassis.addChassis("hv2");
    return new PinnedHypervisor(hv, daemon, dir);
  }

  /** Replaces the file of that provider, at once. */
  async pin(type: PinnedType, pins: Readonly<Record<string, string>>): Promise<void> {
    await Bun.write(join(this.#dir, `.${type}`), textOf(pins));
    await rename(join(this.#dir, `.${type}`), join(this.#dir, type));
  }

  /** The calls about one logical port, of both providers, in order. */
  calls(lport: string): readonly string[] {
    return this.daemon.lines
      .filter((line) => line.startsWith("call ") && line.split(" ").includes(lport))
      .map((line) => line.slice("call ".length));
  }

  async explain(lport: string): Promise<string> {
    return this.hv.chassis.appctl("vifplugd", "plug/explain", lport);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.hv.stop();
  }
}

function textOf(pins: Readonly<Record<string, string>>): string {
  return Object.entries(pins)
    .map(([lport, name]) => `${lport} ${name}\n`)
    .join("");
}

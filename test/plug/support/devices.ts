/**
 * Providers whose answers are a table, as those of a real one are: what it answers about a logical port follows from
 * that table and from what it is asked, and every change of the table is announced by `run`.
 */
import type { PrepareAnswer, PrepareInput, Provider } from "../../../src/providers/provider.ts";

export type Mood = "ready" | "not ready" | "broken" | "throws";

export interface Device {
  readonly mood: Mood;
  readonly name: string;
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
  /** It agrees to being unplugged. */
  readonly lets: boolean;
  /** It knows that an interface of another name is somebody else's by now. */
  readonly knowsOthers: boolean;
}

export const MAINTAINED = ["mode", "datapath"];

export class Devices {
  readonly #devices = new Map<string, Device>();
  readonly #changed = new Set<string>();

  of(lport: string): Device {
    // Unless told otherwise, two logical ports ask for one interface name.
    const name = lport === "b" ? "a" : lport;
    const plain: Device = {
      mood: "ready",
      name,
      type: "internal",
      options: {},
      lets: true,
      knowsOthers: false,
    };
    return this.#devices.get(lport) ?? plain;
  }

  set(lport: string, device: Device, types: Iterable<string>): void {
    this.#devices.set(lport, device);
    for (const type of types) this.#changed.add(type);
  }

  provider(type: string): Provider {
    return {
      type,
      maintainedOptions: MAINTAINED,
      run: () => this.#changed.delete(type),
      prepare: (input) => answer(this.of(input.lport.name), input),
    };
  }
}

function answer(device: Device, input: PrepareInput): PrepareAnswer {
  const bare = bareAnswer(device, input);
  return isMisplaced(device, input.interface?.name) ? { ...bare, misplaced: "another one" } : bare;
}

export function isMisplaced({ knowsOthers, mood, name }: Device, inPlace: string | undefined): boolean {
  return knowsOthers && mood !== "broken" && inPlace !== undefined && inPlace !== name;
}

function bareAnswer(device: Device, input: PrepareInput): PrepareAnswer {
  if (input.operation === "remove") return device.lets ? { ready: true } : { ready: false, reason: "in use" };
  switch (device.mood) {
    case "throws":
      throw new Error("the device does not answer");
    case "not ready":
      return { ready: false, reason: "no such device yet" };
    case "broken":
      return { ready: true };
    case "ready":
      return { ready: true, interface: wantedInterface(device, input) };
  }
}

function wantedInterface({ name, type, options }: Device, { bridge, lport, openVSwitch }: PrepareInput) {
  const mode = lport.options.get("vif-plug:mode");
  const color = openVSwitch.external_ids.get("color");
  return {
    name,
    type,
    options: { ...options, datapath: bridge.datapath_type, ...(mode === undefined ? {} : { mode }) },
    ...(color === undefined ? {} : { otherConfig: { color } }),
  };
}

/**
 * What a provider finds on the host: which interface realises a logical port. The same for every process that asks; a
 * provider in a process looks at it when it is told that it has changed.
 */
import type { HostedProvider } from "../../../src/providers/hosted.ts";
import type { PrepareAnswer, PrepareInput, Provider, ProviderHost } from "../../../src/providers/provider.ts";

export const PLUG_TYPE = "dummy";
export const OPTION = "vif-plug-dummy-option";

/** How a logical port stands with the devices. */
export type Device =
  | { readonly kind: "ready"; readonly name: string }
  | { readonly kind: "absent" }
  /** What stands under the port's name now belongs to somebody else (rule U7). */
  | { readonly kind: "misplaced"; readonly whose: string }
  | { readonly kind: "throws" };

export class Devices {
  readonly #devices = new Map<string, Device>();
  readonly #listeners = new Set<() => void>();
  /** Ports that may not be unplugged now. */
  readonly kept = new Set<string>();

  of(lport: string): Device {
    return this.#devices.get(lport) ?? { kind: "ready", name: usualName(lport) };
  }

  /** Null: as it is from the beginning. */
  set(changes: Iterable<readonly [string, Device | null]>): void {
    for (const [lport, device] of changes) {
      if (device === null) this.#devices.delete(lport);
      else this.#devices.set(lport, device);
    }
    this.#tell();
  }

  keep(lport: string, keeps: boolean): void {
    if (keeps) this.kept.add(lport);
    else this.kept.delete(lport);
    this.#tell();
  }

  /** As from the beginning, but for devices of one kind. */
  reset(kept?: Device["kind"]): void {
    for (const [lport, { kind }] of [...this.#devices]) {
      if (kind === kept) continue;
      this.#devices.delete(lport);
    }
    this.kept.clear();
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

export function usualName(lport: string): string {
  return lport.slice(0, 15);
}

/** What one process's provider is told, for the checks. */
export interface Watcher {
  /** The devices have changed; the provider of this process notices with `notice`. */
  changed(notice: () => void): void;
  /** It is asked something. */
  asked(lport: string): void;
  finished(lport: string, operation: PrepareInput["operation"]): void;
  /** An answer about something to be plugged is given, which has to be released; a program is told of that by its own rules. */
  answered(lport: string): void;
  released(lport: string): void;
}

export interface DeviceProvider {
  readonly provider: Provider | HostedProvider;
  /** The ports of which it has said that what is in place is another's. */
  misplaced(): ReadonlySet<string>;
  /** Each `finish` that it has not been told. */
  unheard(): readonly string[];
  /** It is told nothing any more. */
  end(): void;
}

export function providerOf(devices: Devices, watcher: Watcher): DeviceProvider {
  // What the provider knows: it looks again when it is told to, so that one run of the graph sees one state.
  const known = new Map<string, Device>();
  let kept: ReadonlySet<string> = new Set(devices.kept);
  /** Ports of which the last answer said so. */
  const misplaced = new Set<string>();
  let hasChanged = false;
  let host: ProviderHost | null = null;
  const look = () => {
    known.clear();
    kept = new Set(devices.kept);
    hasChanged = true;
    host?.wake();
  };
  const end = devices.listen(() => watcher.changed(look));
  const deviceOf = (lport: string): Device => {
    const found = known.get(lport) ?? devices.of(lport);
    known.set(lport, found);
    return found;
  };
  const provider: Provider = {
    type: PLUG_TYPE,
    maintainedOptions: [OPTION],
    init: (given) => {
      host = given;
    },
    run: () => {
      const changed = hasChanged;
      hasChanged = false;
      return changed;
    },
    prepare: ({ operation, lport }) => {
      watcher.asked(lport.name);
      if (operation === "create") watcher.answered(lport.name);
      const device = deviceOf(lport.name);
      if (device.kind === "throws") throw new Error("the provider is out of order");
      if (operation === "remove")
        return kept.has(lport.name) ? { ready: false, reason: "the device is busy" } : { ready: true };
      if (device.kind === "misplaced") misplaced.add(lport.name);
      else misplaced.delete(lport.name);
      return answerOf(device, lport.name);
    },
    finish: ({ operation, lport }) => watcher.finished(lport.name, operation),
    release: ({ lport }) => watcher.released(lport.name),
  };
  return { provider, misplaced: () => new Set(misplaced), unheard: () => [], end };
}

/** What a provider answers where something is to be plugged. */
export function answerOf(device: Device, lport: string): PrepareAnswer {
  switch (device.kind) {
    case "absent":
      return { ready: false, reason: "there is no such device" };
    case "misplaced":
      return { ready: false, reason: "the device is another one's", misplaced: device.whose };
    default: {
      const name = device.kind === "ready" ? device.name : usualName(lport);
      return { ready: true, interface: { name, type: "internal", options: { [OPTION]: "value" } } };
    }
  }
}

/**
 * An example of a plug provider: an administrator pins logical ports to interface names in a file, which the
 * configuration names:
 *
 *     providers:
 *       - type: pinned
 *         module: /etc/vifplugd/providers/pinned.ts
 *         options: { file: /etc/vifplugd/pins }
 *
 * A line of the file is `LPORT INTERFACE`. A logical port without a line has to wait; an interface that a line still
 * pins to its logical port is not let go, so that nobody loses a device that is pinned. A change of the file takes effect at
 * once: the file is this provider's lookup table, and the directory it is in is watched.
 */
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { dirname } from "node:path";
import type { Provider, ProviderOptions } from "vifplugd-provider";

const OPTION = "pinned-by";

export default pinnedProvider("pinned");

/** @param type the plug type it answers to */
export function pinnedProvider(type: string): Provider {
  let file = "";
  let pins: ReadonlyMap<string, string> = new Map();
  let isNew = false;
  let watcher: FSWatcher | null = null;
  return {
    type,
    maintainedOptions: [OPTION],
    init(host, options) {
      file = fileIn(options);
      pins = readPins(file);
      watcher = watch(dirname(file), () => {
        pins = readPins(file);
        isNew = true;
        host.wake();
      });
    },
    destroy() {
      watcher?.close();
    },
    run() {
      const answer = isNew;
      isNew = false;
      return answer;
    },
    prepare({ operation, lport, interface: current }) {
      const name = pins.get(lport.name);
      if (operation === "remove") {
        if (name !== current?.name) return { ready: true };
        return { ready: false, reason: `still pinned to ${name}: remove its line from ${file}` };
      }
      if (name === undefined) {
        return { ready: false, reason: `not pinned: add a line "${lport.name} INTERFACE" to ${file}` };
      }
      return { ready: true, interface: { name, type: "internal", options: { [OPTION]: file } } };
    },
  };
}

/** The file need not exist yet; its directory has to. */
function fileIn({ file }: ProviderOptions): string {
  if (typeof file !== "string")
    throw new Error("options.file is missing: expected the path of the file with the pins");
  return file;
}

function readPins(file: string): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Nobody is pinned by a file that is not there.
    return new Map();
  }
  const pairs = text.split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(pairs.flatMap(([lport, name]) => (lport && name ? [[lport, name]] : [])));
}

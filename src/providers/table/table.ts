/**
 * The provider `table`: a file names the interface of each logical port, so that other programs can create interfaces without
 * a provider of their own.
 *
 * Invariants: vifplugd reads the file when the file changes, never when a question comes. A line that is not valid changes
 * nothing for its logical port, and a text that is not valid changes nothing at all; the log has the place of each error.
 */
import { realpathSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { fail, messageOf, type Result } from "../../result.ts";
import { FolderWatch } from "../../system/folder-watch.ts";
import { readTrusted } from "../../system/read-file.ts";
import { defineProvider } from "../module.ts";
import type { PrepareAnswer, PrepareInput, Provider, ProviderHost, WantedInterface } from "../provider.ts";
import { type Lines, MAX_FAULTS, parseTable, type TableFault } from "./lines.ts";

const DEFAULT_FILE = "/etc/vifplugd/ports.yaml";

export const table = defineProvider({
  type: "table",
  summary: "the interface that a file names for the logical port",
  reads: [],
  keys: {
    file: v.optional(
      v.pipe(
        v.string(),
        v.check((path) => isAbsolute(path), "expected an absolute path"),
        v.description("The YAML file with the interface of each logical port; its folder is watched."),
      ),
      DEFAULT_FILE,
    ),
  },
  create: ({ file }) => new TableProvider(file),
});

/** The limit on the file, in bytes: far more than the ports of a chassis need. */
const MAX_BYTES = 4 << 20;

/** The time between two pieces of a file that somebody writes in pieces, in milliseconds. */
const QUIET_MS = 50;

export class TableProvider implements Provider {
  readonly type: string = "table";
  readonly #file: string;
  #host: ProviderHost | null = null;
  #watch: FolderWatch | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** The last valid line of each logical port. */
  #interfaces: ReadonlyMap<string, WantedInterface> = new Map();
  /** The error in the present line of each logical port. */
  #lineFaults: ReadonlyMap<string, TableFault> = new Map();
  /** Why the lines may differ from the file; null: they are equal. */
  #fault: string | null = null;
  #isOther = false;

  constructor(file: string) {
    this.#file = file;
  }

  init(host: ProviderHost): void {
    this.#host = host;
    // Watches the folder, because editors replace the file by another file.
    this.#watch = new FolderWatch({
      folder: dirname(this.#file),
      onChange: () => this.#readSoon(),
      onFault: (message) => host.log("warn", message),
    });
    this.#read();
  }

  destroy(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#watch?.close();
    this.#watch = null;
    this.#host = null;
  }

  run(): boolean {
    const isOther = this.#isOther;
    this.#isOther = false;
    return isOther;
  }

  prepare({ operation, lport }: PrepareInput): PrepareAnswer {
    if (operation === "remove") return { ready: true };
    const wanted = this.#interfaces.get(lport.name);
    if (wanted !== undefined) return { ready: true, interface: wanted };
    const fault = this.#lineFaults.get(lport.name) ?? this.#fault;
    if (fault !== null) return { ready: false, reason: fault };
    const key = JSON.stringify(lport.name);
    return {
      ready: false,
      reason: `${this.#file} has no line for this port: add ${key}: { name: INTERFACE }`,
    };
  }

  #readSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#read();
    }, QUIET_MS);
  }

  #read(): void {
    const before = { interfaces: this.#interfaces, faults: this.#lineFaults, fault: this.#fault };
    const read = readLines(this.#file);
    if (read.ok) this.#take(read.value);
    const [first] = read.ok ? [] : read.error;
    this.#fault = first ?? null;
    if (!read.ok && first !== before.fault) {
      const stays = before.interfaces.size === 0 ? "" : STAYS;
      for (const fault of read.error) this.#host?.log("warn", `${fault}${stays}`);
    }
    // The reason of each port without a line has changed.
    if (this.#fault !== before.fault) this.#isOther = true;
    if (this.#isOther) this.#host?.wake();
    const lports = [before.interfaces, this.#interfaces, before.faults, this.#lineFaults];
    const changed = [...new Set(lports.flatMap((map) => [...map.keys()]))].filter(
      (lport) =>
        before.faults.get(lport) !== this.#lineFaults.get(lport) ||
        !isDeepStrictEqual(before.interfaces.get(lport), this.#interfaces.get(lport)),
    );
    if (changed.length > 0) this.#host?.wake(changed);
  }

  #take({ interfaces, faults }: Lines): void {
    const before = { interfaces: this.#interfaces, faults: this.#lineFaults };
    const kept = [...faults.keys()].flatMap((lport) => {
      const wanted = interfaces.has(lport) ? undefined : before.interfaces.get(lport);
      return wanted === undefined ? [] : [[lport, wanted] as const];
    });
    this.#interfaces = new Map([...interfaces, ...kept]);
    this.#lineFaults = new Map([...faults].map(([lport, fault]) => [lport, `${this.#file}:${fault}`]));
    const told = [...this.#lineFaults].filter(([lport, fault]) => before.faults.get(lport) !== fault);
    const stays = new Set(kept.map(([lport]) => lport));
    for (const [lport, fault] of told.slice(0, MAX_FAULTS)) {
      this.#host?.log("warn", `${fault}${stays.has(lport) ? STAYS : ""}`);
    }
    if (told.length > MAX_FAULTS) {
      this.#host?.log("warn", `${this.#file}: ${told.length - MAX_FAULTS} more lines are not valid`);
    }
  }
}

const STAYS = "; the last valid lines stay in force";

function readLines(file: string): Result<Lines, readonly TableFault[]> {
  try {
    const bytes = readTrusted(realpathSync(file), MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) return fail([`${file} is larger than ${MAX_BYTES} bytes`]);
    const parsed = parseTable(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return parsed.ok ? parsed : fail(parsed.error.map((fault) => `${file}:${fault}`));
  } catch (thrown) {
    return fail([`${file} cannot be read: ${messageOf(thrown)}`]);
  }
}

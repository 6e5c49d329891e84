/**
 * The provider `table`: a file says which interface realises which logical port, so that whatever else creates interfaces
 * needs no code of its own here.
 *
 * Invariants: the file is read when it changes, never when a question comes; one that is not valid changes nothing, and
 * the log says where it is not.
 */
import { realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { fail, ok, type Result, systemMessageOf } from "../../result.ts";
import { FileWatch } from "../../system/file-watch.ts";
import { readTrusted } from "../../system/read-file.ts";
import { REMARK, type Remarking } from "../hosted.ts";
import { defineProvider } from "../module.ts";
import type { PrepareAnswer, PrepareInput, ProviderHost } from "../provider.ts";
import { type Lines, parseTable, type TableFault } from "./lines.ts";

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
        v.description("The YAML file with the interface of each logical port, read again when it changes."),
      ),
      DEFAULT_FILE,
    ),
  },
  create: ({ file }) => new TableProvider(file),
});

/** Far more than the ports of a chassis need. */
const MAX_BYTES = 4 << 20;

/** Whoever writes the file in pieces has so long between two of them, in milliseconds. */
const QUIET_MS = 50;

export class TableProvider implements Remarking {
  readonly type: string = "table";
  readonly #file: string;
  #host: ProviderHost | null = null;
  #watch: FileWatch | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lines: Lines = { interfaces: new Map(), nameFaults: [] };
  /** Why the lines may not be those of the file. */
  #fault: string | null = null;
  #isOther = false;

  constructor(file: string) {
    this.#file = file;
  }

  init(host: ProviderHost): void {
    this.#host = host;
    this.#watch = new FileWatch({
      file: this.#file,
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
    const wanted = this.#lines.interfaces.get(lport.name);
    if (wanted !== undefined) return { ready: true, interface: wanted };
    if (this.#fault !== null) return { ready: false, reason: this.#fault };
    const key = JSON.stringify(lport.name);
    return { ready: false, reason: `${this.#file} has no line for it: add ${key}: { name: INTERFACE }` };
  }

  [REMARK](): string | null {
    return this.#fault === null ? null : `${this.#fault}${stays(this.#lines)}`;
  }

  #readSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#read();
    }, QUIET_MS);
  }

  #read(): void {
    const former = this.#lines;
    const { interfaces: before, nameFaults: namesBefore } = former;
    const faultBefore = this.#fault;
    this.#watch?.follow();
    const read = readLines(this.#file);
    if (read.ok) this.#lines = read.value;
    const [first] = read.ok ? [] : read.error;
    this.#fault = first ?? null;
    if (!read.ok && first !== faultBefore) {
      for (const fault of read.error) this.#host?.log("warn", `${fault}${stays(former)}`);
    }
    const { interfaces, nameFaults } = this.#lines;
    for (const fault of nameFaults) if (!namesBefore.includes(fault)) this.#host?.log("warn", fault);
    // Whoever has no line is told another reason.
    if (this.#fault !== faultBefore) this.#isOther = true;
    if (this.#isOther) this.#host?.wake();
    const changed = [...new Set([...before.keys(), ...interfaces.keys()])].filter(
      (lport) => !isDeepStrictEqual(before.get(lport), interfaces.get(lport)),
    );
    if (changed.length > 0) this.#host?.wake(changed);
  }
}

function stays({ interfaces }: Lines): string {
  return interfaces.size === 0 ? "" : "; what was valid before stays in force";
}

function readLines(file: string): Result<Lines, readonly TableFault[]> {
  try {
    const bytes = readTrusted(realpathSync(file), MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) return fail([`${file} is larger than ${MAX_BYTES} bytes`]);
    const parsed = parseTable(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const placed = (faults: readonly TableFault[]) => faults.map((fault) => `${file}:${fault}`);
    if (!parsed.ok) return fail(placed(parsed.error));
    return ok({ ...parsed.value, nameFaults: placed(parsed.value.nameFaults) });
  } catch (thrown) {
    return fail([`${file} cannot be read: ${systemMessageOf(thrown)}`]);
  }
}

/**
 * Writes the record of a run: what enters the graph, run by run. It observes, and changes nothing.
 *
 * Invariant: once the file could not be written, nothing more is: a record has no gaps.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  renameSync,
  writeSync,
} from "node:fs";
import type { AttemptBatch } from "../plug/nodes/input-nodes.ts";
import type { Providers } from "../plug/nodes/provider-lookup-node.ts";
import type { TableBatch } from "../plug/rows.ts";
import type { PlugSettings } from "../plug/settings.ts";
import type { RegisteredProvider } from "../providers/registry.ts";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { openNamed, resolveNamed } from "../system/open-file.ts";
import { VERSION } from "../version.ts";
import { RECORD_FORMAT, type RecordedAnswer, type RecordedProvider, type RecordedPush } from "./format.ts";
import { encodeAttempts } from "./recorded-attempts.ts";
import { encode, Secrets } from "./recorded-json.ts";

/** What the recorder notes of the providers besides what the graph needs of them. */
export interface RecordableProviders extends Providers {
  registered(): readonly RegisteredProvider[];
}

export interface RecorderOptions {
  readonly file: string;
  readonly settings: PlugSettings;
  /** Told when the file cannot be written any more. */
  readonly onFault: (message: string) => void;
  /** Told where a record that was there before is kept. */
  readonly onKept?: (path: string) => void;
}

/** Begins a record; the error says why the file cannot be written. */
export function beginRecord({ file, settings, onFault, onKept }: RecorderOptions): Result<Recorder, string> {
  try {
    const path = resolveNamed(file);
    const kept = keepEarlier(path);
    const recorder = new Recorder(path, settings, onFault);
    if (kept !== null) onKept?.(kept);
    return ok(recorder);
  } catch (thrown) {
    // Node's words end with the system call and the path, which the caller's say already.
    return fail(`cannot write ${file}: ${messageOf(thrown).replace(/, \w+( '.*')*$/, "")}`);
  }
}

/**
 * A record that is there may be that of a crash, after which a service manager starts the daemon anew: it gets the
 * first number that is free. Devices, pipes and empty files have nothing to keep.
 */
function keepEarlier(file: string): string | null {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size === 0) return null;
  let number = 1;
  while (existsSync(`${file}.${number}`)) number++;
  const path = `${file}.${number}`;
  renameSync(file, path);
  return path;
}

export class Recorder {
  readonly #onFault: (message: string) => void;
  readonly #secrets = new Secrets();
  /** Null when the record has ended. */
  #fd: number | null;
  #recompute: string | null = null;
  #pushes: RecordedPush[] = [];
  #answers: RecordedAnswer[] = [];
  #providers = "";
  #refused = "[]";
  #lookups = "";
  #runs = 0;
  #paused = false;

  /**
   * @param onFault told when the file cannot be written any more
   * @throws when the file cannot be written at all
   */
  constructor(file: string, settings: PlugSettings, onFault: (message: string) => void) {
    this.#onFault = onFault;
    const fd = openNamed(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
    this.#fd = fd;
    try {
      if (fstatSync(fd).isFile()) ftruncateSync(fd);
      this.#write(fd, { record: RECORD_FORMAT, version: VERSION, settings: encode(settings) });
    } catch (thrown) {
      closeSync(fd);
      throw thrown;
    }
  }

  push(input: string, batch: unknown, cause: string): void {
    if (this.#fd === null) return;
    this.#pushes.push({ input, cause, batch: encode(batch, this.#secrets) });
  }

  /** A recompute of every node was forced. */
  recompute(reason: string): void {
    this.#recompute = reason;
  }

  /** Rows are written as they are now; what they were before stands earlier in the record. */
  pushRows(input: string, batch: TableBatch<unknown>, cause: string): void {
    if (batch.length > 0) this.push(input, asTheyAre(batch), cause);
  }

  /** The rows are the whole content of the table, whatever the graph had of it. */
  replaceRows(input: string, batch: TableBatch<unknown>, cause: string): void {
    if (this.#fd === null) return;
    this.#pushes.push({ input, cause, reset: true, batch: encode(asTheyAre(batch), this.#secrets) });
  }

  pushAttempts(input: string, batch: AttemptBatch, cause: string): void {
    if (this.#fd === null) return;
    this.#pushes.push({ input, cause, batch: encodeAttempts(batch) });
  }

  /** The same providers; what they answer is noted. */
  observe(providers: RecordableProviders): Providers {
    const observed = new WeakMap<RegisteredProvider, RegisteredProvider>();
    return {
      lookups: () => providers.lookups(),
      refused: () => providers.refused(),
      forPlugType: (plugType) => {
        const provider = providers.forPlugType(plugType);
        if (provider === undefined) return undefined;
        const known = observed.get(provider);
        if (known !== undefined) return known;
        const noting = this.#noting(provider);
        observed.set(provider, noting);
        return noting;
      },
    };
  }

  /** To be called after every run of the graph. */
  ran(time: number, providers: RecordableProviders): void {
    const fd = this.#fd;
    if (fd === null) return;
    const registered = providers.registered().map(describeProvider);
    const refused = providers.refused();
    const lookups = Object.fromEntries(providers.lookups());
    const [providersNow, refusedNow] = [JSON.stringify(registered), JSON.stringify(refused)];
    const lookupsNow = JSON.stringify(lookups);
    const run = {
      run: ++this.#runs,
      time,
      ...(this.#recompute === null ? {} : { recompute: this.#recompute }),
      ...(providersNow === this.#providers ? {} : { providers: registered }),
      ...(refusedNow === this.#refused ? {} : { refused }),
      ...(lookupsNow === this.#lookups ? {} : { lookups }),
      pushes: this.#pushes,
      ...(this.#answers.length === 0 ? {} : { answers: this.#answers }),
    };
    this.#providers = providersNow;
    this.#refused = refusedNow;
    this.#lookups = lookupsNow;
    this.#recompute = null;
    this.#pushes = [];
    this.#answers = [];
    try {
      this.#write(fd, run);
    } catch (thrown) {
      this.close();
      this.#onFault(`the record ends before run ${this.#runs}: ${messageOf(thrown)}`);
    }
  }

  /** What is asked meanwhile is not part of the run. */
  pause<T>(during: () => T): T {
    this.#paused = true;
    try {
      return during();
    } finally {
      this.#paused = false;
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #noting(provider: RegisteredProvider): RegisteredProvider {
    return {
      ...provider,
      get maintainedOptions() {
        return provider.maintainedOptions;
      },
      prepare: (input) => {
        const answer = provider.prepare(input);
        if (!this.#paused && this.#fd !== null) {
          const { operation, lport } = input;
          this.#answers.push({
            provider: provider.type,
            operation,
            lport: lport.name,
            answer: encode(answer, this.#secrets),
          });
        }
        return answer;
      },
    };
  }

  #write(fd: number, line: object): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from);
  }
}

function asTheyAre(batch: TableBatch<unknown>) {
  return batch.map(({ uuid, new: row }) => ({ uuid, new: row }));
}

function describeProvider(provider: RegisteredProvider): RecordedProvider {
  const { type, plugTypes, maintainedOptions, isBuiltIn } = provider;
  return { type, plugTypes: [...plugTypes], maintainedOptions: [...maintainedOptions], isBuiltIn };
}

/**
 * Writes the record of a daemon: the inputs of the graph, run by run. The recorder changes nothing.
 *
 * Invariant: nothing is noted after the end of the record, because a record has no gaps.
 */
import type { AttemptBatch } from "../plug/nodes/input-nodes.ts";
import type { Providers } from "../plug/nodes/provider-lookup-node.ts";
import type { TableBatch } from "../plug/rows.ts";
import type { PlugSettings } from "../plug/settings.ts";
import type { RegisteredProvider } from "../providers/registry.ts";
import { VERSION } from "../version.ts";
import { RECORD_FORMAT, type RecordedAnswer, type RecordedProvider, type RecordedPush } from "./format.ts";
import type { RecordFile } from "./record-file.ts";
import { encodeAttempts } from "./recorded-attempts.ts";
import { encode, type Secrets } from "./recorded-json.ts";

/** The providers, with the list that the recorder needs beside the graph's needs. */
export interface RecordableProviders extends Providers {
  registered(): readonly RegisteredProvider[];
}

export class Recorder {
  readonly #file: RecordFile;
  readonly #secrets: Secrets;
  #recompute: string | null = null;
  #pushes: RecordedPush[] = [];
  #answers: RecordedAnswer[] = [];
  #providers = "";
  #refused = "[]";
  #lookups = "";
  #runs = 0;
  #paused = false;

  constructor(file: RecordFile, settings: PlugSettings, secrets: Secrets) {
    this.#file = file;
    this.#secrets = secrets;
    this.#write({ record: RECORD_FORMAT, version: VERSION, settings: encode(settings) });
  }

  push(input: string, batch: unknown, cause: string): void {
    if (this.#file.hasEnded) return;
    this.#pushes.push({ input, cause, batch: encode(batch, this.#secrets) });
  }

  /** Notes a forced recompute of every node. */
  recompute(reason: string): void {
    this.#recompute = reason;
  }

  /** Notes changed rows as they are now; the former rows are earlier in the record. */
  pushRows(input: string, batch: TableBatch<unknown>, cause: string): void {
    if (batch.length > 0) this.push(input, asTheyAre(batch), cause);
  }

  /** Notes rows that replace the whole content of a table. */
  replaceRows(input: string, batch: TableBatch<unknown>, cause: string): void {
    if (this.#file.hasEnded) return;
    this.#pushes.push({ input, cause, reset: true, batch: encode(asTheyAre(batch), this.#secrets) });
  }

  pushAttempts(input: string, batch: AttemptBatch, cause: string): void {
    if (this.#file.hasEnded) return;
    this.#pushes.push({ input, cause, batch: encodeAttempts(batch) });
  }

  /** Wraps the providers, so that their answers are noted. */
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

  /** Call this after every run of the graph. */
  ran(time: number, providers: RecordableProviders): void {
    if (this.#file.hasEnded) return;
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
    this.#write(run);
  }

  /** Notes no answer during the call: its questions are not part of the run. */
  pause<T>(during: () => T): T {
    this.#paused = true;
    try {
      return during();
    } finally {
      this.#paused = false;
    }
  }

  /** Settles when all notes are written, and after `withinMs` milliseconds at the latest. */
  drained(withinMs: number): Promise<void> {
    return this.#file.drained(withinMs);
  }

  close(): void {
    this.#file.close();
  }

  #noting(provider: RegisteredProvider): RegisteredProvider {
    return {
      ...provider,
      get maintainedOptions() {
        return provider.maintainedOptions;
      },
      prepare: (input) => {
        const answer = provider.prepare(input);
        if (!this.#paused && !this.#file.hasEnded) {
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

  #write(line: object): void {
    this.#file.write(`${JSON.stringify(line)}\n`);
  }
}

function asTheyAre(batch: TableBatch<unknown>) {
  return batch.map(({ uuid, new: row }) => ({ uuid, new: row }));
}

function describeProvider(provider: RegisteredProvider): RecordedProvider {
  const { type, plugTypes, maintainedOptions, isBuiltIn } = provider;
  return { type, plugTypes: [...plugTypes], maintainedOptions: [...maintainedOptions], isBuiltIn };
}

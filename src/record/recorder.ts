/**
 * Writes the record of a run: what enters the graph, run by run. It observes, and changes nothing.
 *
 * Invariant: once the record has ended, nothing more is noted: a record has no gaps.
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
import { encode, Secrets } from "./recorded-json.ts";

/** What the recorder notes of the providers besides what the graph needs of them. */
export interface RecordableProviders extends Providers {
  registered(): readonly RegisteredProvider[];
}

export class Recorder {
  readonly #file: RecordFile;
  readonly #secrets = new Secrets();
  #recompute: string | null = null;
  #pushes: RecordedPush[] = [];
  #answers: RecordedAnswer[] = [];
  #providers = "";
  #refused = "[]";
  #lookups = "";
  #runs = 0;
  #paused = false;

  constructor(file: RecordFile, settings: PlugSettings) {
    this.#file = file;
    this.#write({ record: RECORD_FORMAT, version: VERSION, settings: encode(settings) });
  }

  push(input: string, batch: unknown, cause: string): void {
    if (this.#file.hasEnded) return;
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
    if (this.#file.hasEnded) return;
    this.#pushes.push({ input, cause, reset: true, batch: encode(asTheyAre(batch), this.#secrets) });
  }

  pushAttempts(input: string, batch: AttemptBatch, cause: string): void {
    if (this.#file.hasEnded) return;
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

  /** What is asked meanwhile is not part of the run. */
  pause<T>(during: () => T): T {
    this.#paused = true;
    try {
      return during();
    } finally {
      this.#paused = false;
    }
  }

  /** Settles when the reader of the file has had what was noted, and after that many milliseconds at the latest. */
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

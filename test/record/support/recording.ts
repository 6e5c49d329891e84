/** Records of random histories, in a folder that goes with the test. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Log } from "../../../src/log/log.ts";
import type { PlugSettings } from "../../../src/plug/settings.ts";
import { type Decision, decisionsOf, formatDecision } from "../../../src/record/decision.ts";
import { RecordFile } from "../../../src/record/record-file.ts";
import { Secrets } from "../../../src/record/recorded-json.ts";
import { Recorder } from "../../../src/record/recorder.ts";
import { Replayer } from "../../../src/record/replayer.ts";
import type { Step } from "../../plug/support/history.ts";
import { perform } from "../../plug/support/perform.ts";
import { initialSettings, World } from "../../plug/support/world.ts";

export interface Recording {
  /** The record's lines. */
  readonly record: readonly string[];
  /** What was decided when it was made, as `replay` prints it. */
  readonly decided: readonly string[];
}

/** A folder that is removed with all that is in it when the test is over. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "vifplugd-record-"));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A recorder; @param told what its file says of itself, without which nothing may be said */
export function recordTo(file: string, settings: PlugSettings = initialSettings, told?: string[]): Recorder {
  const write = (line: string) => {
    if (told === undefined) throw new Error(line);
    told.push(line.trim().slice(25));
  };
  const log = new Log({ level: "info", format: "text", write }).module("record");
  return new Recorder(new RecordFile(file, log), settings, new Secrets(new Uint8Array(32)));
}

/** Plays a history with a recorder that listens. */
export function recordHistory(steps: readonly Step[]): Recording {
  using folder = new Folder();
  const file = folder.file("record");
  const decided: Decision[] = [];
  let runs = 0;
  const recorder = recordTo(file);
  const world = new World({
    recorder,
    onRun: (result, { engine, graph }) => decided.push(...decisionsOf(++runs, result, engine, graph)),
  });
  for (const step of steps) perform(world, step);
  recorder.close();
  return { record: linesOf(readFileSync(file, "utf8")), decided: decided.map(formatDecision) };
}

export function linesOf(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}

/** What `replay` prints for a record. @throws Error with the number of the line that is wrong */
export function replayed(record: readonly string[]): readonly string[] {
  const [first = "", ...runs] = record;
  const started = Replayer.start(first);
  if (!started.ok) throw new Error(`1: ${started.error}`);
  return runs.flatMap((line, index) => {
    const decided = started.value.step(line);
    if (!decided.ok) throw new Error(`${index + 2}: ${decided.error}`);
    return decided.value.map(formatDecision);
  });
}

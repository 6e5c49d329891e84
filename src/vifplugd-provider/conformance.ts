/**
 * The conformance checks: they check that a provider keeps to the contract, whether the provider is an object in this process or a
 * program. The checks change nothing on the host: they call `finish` and `arrange` only on request.
 */
import type {
  InterfaceView,
  Operation,
  PrepareAnswer,
  PrepareInput,
  Provider,
  ProviderHost,
  ProviderOptions,
  WantedInterface,
} from "./provider.ts";

/** A started provider to check. */
export interface Subject {
  readonly type: string;
  /** The longest time for an answer, in milliseconds. */
  readonly deadline: number;
  /** Asks a question and waits for the answer; a thrown error is a finding. */
  ask(input: PrepareInput): Promise<PrepareAnswer>;
  finish(input: PrepareInput, output: WantedInterface | null): void;
  release(input: PrepareInput, output: WantedInterface | null): void;
  /** Ends the provider. Settles when the provider has ended. */
  end(): Promise<void>;
}

export interface CheckOptions {
  /** The logical ports of the questions, with their options; absent: unknown names without options. */
  readonly lports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** True: the checks also call `finish`, which may act on plugged interfaces. */
  readonly effects?: boolean;
}

export interface Finding {
  readonly check: string;
  /** Null: the check could not be made, because the provider was ready for none of the ports. */
  readonly passed: boolean | null;
  /** The observation of a failed check; of a check that could not be made, each port with the reason of the provider. */
  readonly detail: string;
}

/** Starts a provider in this process with these options. */
export function subjectOf(
  provider: Provider,
  options: ProviderOptions = {},
  host: ProviderHost = silent,
): Subject {
  provider.init?.(host, options);
  return {
    type: provider.type,
    deadline: 50,
    ask: async (input) => provider.prepare(input),
    finish: (input, output) => provider.finish?.(input, output),
    release: (input, output) => provider.release?.(input, output),
    end: async () => provider.destroy?.(),
  };
}

const silent: ProviderHost = { wake() {}, log() {} };

/** Unknown logical ports. The last name is odd, but an interface may have it (15 bytes). */
const UNKNOWN_PORTS = { "conformance-1": {}, "conformance-2": {}, "odd.name-\u{1f600}_1": {} };

/** The longest time for the end of a provider, in milliseconds. */
const END_WITHIN = 5000;

/** Runs a check, and keeps its finding. Null: the check passed; a text: what failed. */
type Check = (name: string, run: () => Promise<string | null | Skipped>) => Promise<void>;

/** Runs all checks, and ends the subject in any case. */
export async function checkProvider(
  subject: Subject,
  options: CheckOptions = {},
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const check: Check = async (name, run) => {
    try {
      const outcome = await run();
      if (typeof outcome === "object" && outcome !== null)
        findings.push({ check: name, passed: null, detail: outcome.skipped });
      else findings.push({ check: name, passed: outcome === null, detail: outcome ?? "" });
    } catch (thrown) {
      findings.push({ check: name, passed: false, detail: `it threw: ${wordsOf(thrown)}` });
    }
  };
  try {
    await checkAnswers(subject, options, check);
  } finally {
    await check("it ends in time", () => endInTime(subject));
  }
  return findings;
}

async function checkAnswers(subject: Subject, options: CheckOptions, check: Check): Promise<void> {
  const lports = Object.entries(options.lports ?? UNKNOWN_PORTS);
  const inputs = lports.map(([name, texts]) => inputOf(name, texts));
  const answers = new Map<PrepareInput, PrepareAnswer>();
  /** The questions that had no answer, with the error of each. No other check asks these questions again. */
  const unanswered = new Map<PrepareInput, string>();

  await check("answers in time", async () => {
    let late: string | null = null;
    for (const input of inputs) {
      const { answer, error, took } = await askInTime(subject, input);
      if (answer !== undefined) answers.set(input, answer);
      else unanswered.set(input, error);
      if (took > subject.deadline)
        late ??= `${input.lport.name}: ${Math.round(took)} ms, at most ${subject.deadline}`;
    }
    return late;
  });
  await check("answers are interfaces, or reasons", async () => {
    for (const input of inputs) {
      const fault = unanswered.get(input) ?? faultOf(answers.get(input), input.operation);
      if (fault !== null) return `${input.lport.name}: ${fault}`;
    }
    return null;
  });
  await check("the same question has the same answer, in any order", async () => {
    for (const [input, first] of [...answers].reverse()) {
      const again = await subject.ask({ ...input });
      if (!same(first, again)) return `${input.lport.name}: first ${json(first)}, then ${json(again)}`;
    }
    return null;
  });
  await check("options that it does not read change nothing", async () => {
    for (const [input, first] of answers) {
      const more = new Map([...input.lport.options, ["vifplugd-conformance:unknown", "1"]]);
      const answer = await subject.ask({ ...input, lport: { ...input.lport, options: more } });
      if (!same(answer, first)) return `${input.lport.name}: ${json(answer)}`;
    }
    return null;
  });
  await check("an answer is a fixed point", async () => {
    let wasReady = false;
    for (const [input, answer] of answers) {
      const wanted = wantedIn(answer);
      if (wanted === null) continue;
      wasReady = true;
      const again = wantedIn(await subject.ask({ ...input, interface: viewOf(wanted) }));
      if (!same(again, wanted)) return `${input.lport.name}: with ${json(wanted)} in place: ${json(again)}`;
    }
    return wasReady ? null : { skipped: reasonsIn(answers) };
  });
  await check("a removal is agreed to, or refused with a reason", async () => {
    for (const [input, answer] of answers) {
      const wanted = wantedIn(answer) ?? { name: "conformance0", type: "internal", options: {} };
      const lport = { name: input.lport.name, options: new Map<string, string>() };
      const removal = { ...input, lport, operation: "remove" as const, interface: viewOf(wanted) };
      const fault = faultOf(await subject.ask(removal), "remove");
      if (fault !== null) return `${input.lport.name}: ${fault}`;
    }
    return null;
  });
  await check("each answer can be released", async () => {
    for (const [input, answer] of answers) {
      if (options.effects === true && wantedIn(answer) !== null) subject.finish(input, wantedIn(answer));
      subject.release(input, wantedIn(answer));
    }
    return null;
  });
  await check("what was released is asked about again, and answered as before", async () => {
    for (const [input, answer] of answers) {
      const wanted = options.effects === true ? wantedIn(answer) : null;
      const inPlace = wanted === null ? null : viewOf(wanted);
      const again = await subject.ask({ ...input, interface: inPlace });
      const isSame = wanted === null ? same(again, answer) : same(wantedIn(again), wanted);
      if (!isSame) return `${input.lport.name}: first ${json(answer)}, after the release ${json(again)}`;
      subject.release(input, wantedIn(again));
    }
    return null;
  });
}

/** Ends the subject before anything else, so that nothing can keep it from being ended. */
async function endInTime(subject: Subject): Promise<string | null> {
  const ended = subject.end().then(() => null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it has not ended after ${END_WITHIN / 1000} s`), END_WITHIN);
  });
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Asked =
  | { readonly answer: PrepareAnswer; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: string };

/**
 * Asks again, at most twice, when the answer was late, because the machine may be busy for a moment.
 * @returns the last answer or error, and its time in milliseconds
 */
async function askInTime(subject: Subject, input: PrepareInput): Promise<Asked & { readonly took: number }> {
  for (let tries = 1; ; tries++) {
    const began = performance.now();
    const asked = await ask(subject, input);
    const took = performance.now() - began;
    if (took <= subject.deadline || tries === 3) return { ...asked, took };
  }
}

async function ask(subject: Subject, input: PrepareInput): Promise<Asked> {
  try {
    return { answer: await subject.ask(input) };
  } catch (thrown) {
    return { error: wordsOf(thrown) };
  }
}

/** The result of a check that could not be made. */
interface Skipped {
  readonly skipped: string;
}

/** Why the provider is ready for none of the ports. */
function reasonsIn(answers: ReadonlyMap<PrepareInput, PrepareAnswer>): string {
  const reasons = Array.from(answers, ([{ lport }, answer]) =>
    answer.ready ? [] : [`${lport.name}: ${answer.reason}`],
  );
  return reasons.flat().join("; ");
}

function inputOf(name: string, options: Readonly<Record<string, string>>): PrepareInput {
  return {
    operation: "create",
    openVSwitch: { external_ids: new Map([["system-id", "conformance"]]), other_config: new Map() },
    bridge: { name: "br-int", datapath_type: "", other_config: new Map() },
    lport: { name, options: new Map(Object.entries(options)) },
    interface: null,
  };
}

function viewOf({ name, type, options }: WantedInterface): InterfaceView {
  return { name, type, options: new Map(Object.entries(options)) };
}

function wantedIn(answer: PrepareAnswer): WantedInterface | null {
  if (!answer.ready || answer.interface === undefined) return null;
  const { type = "", options = {} } = answer.interface;
  return { ...answer.interface, type, options };
}

/** The fault of an answer; null: none. */
function faultOf(answer: unknown, operation: Operation): string | null {
  if (!isRecord(answer) || typeof answer.ready !== "boolean")
    return `${json(answer)} has no boolean \`ready\``;
  const { ready, reason, arrange = false, misplaced } = answer;
  if (misplaced !== undefined && !isWords(misplaced))
    return `${json(misplaced)} names nobody: leave out \`misplaced\` when nobody else has the interface`;
  if (!ready) {
    if (!isWords(reason)) return "it is not ready, and gives no `reason`";
    if (typeof arrange !== "boolean") return `\`arrange\` is ${json(arrange)}, and has to be true or absent`;
    return arrange && operation === "remove" ? "it asks to `arrange` for a removal" : null;
  }
  if (operation === "remove") return null;
  const wanted = answer.interface;
  if (!isRecord(wanted)) return "it is ready, and gives no `interface`";
  const { name, type = "", options = {}, otherConfig = {} } = wanted;
  if (typeof name !== "string" || !isInterfaceName(name))
    return `${json(name)} cannot be an interface's name`;
  if (!isText(type)) return "the interface has a `type` that is no text";
  if (!areTexts(options) || !areTexts(otherConfig)) return "options and otherConfig have to be texts";
  const size = sizeOf([type], [options, otherConfig]);
  return size <= MAX_BYTES
    ? null
    : `type, options and otherConfig have ${size} bytes, ${BYTES_BESIDE} counted for each option beside its texts; at most ${MAX_BYTES} are allowed`;
}

/** The limit on the type and the options of an interface together, in bytes of UTF-8. */
const MAX_BYTES = 16 << 10;
/** The bytes of an option beside its texts. */
const BYTES_BESIDE = 64;

function sizeOf(texts: readonly string[], options: readonly Texts[]): number {
  const all = options.flatMap((each) => Object.entries(each));
  const bytes = [...texts, ...all.flat()].map((text) => new TextEncoder().encode(text).length);
  return bytes.reduce((sum, each) => sum + each, BYTES_BESIDE * all.length);
}

/** Text that a database takes, 1 to 15 bytes, no `/`, `:` or `%`, no white space or control character, not `.` or `..`. */
function isInterfaceName(name: string): boolean {
  const bytes = new TextEncoder().encode(name).length;
  return (
    isText(name) && bytes >= 1 && bytes <= 15 && !/[\s/:%\p{Cc}]/u.test(name) && name !== "." && name !== ".."
  );
}

type Texts = Readonly<Record<string, string>>;

/** False for a Map or an array: their members are no options. */
function areTexts(value: unknown): value is Texts {
  if (!isRecord(value) || Array.isArray(value) || value instanceof Map) return false;
  return Object.entries(value).flat().every(isText);
}

function isWords(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** No NUL, and no half of a surrogate pair: a database takes no such text. */
function isText(value: unknown): value is string {
  return typeof value === "string" && !/[\0\p{Surrogate}]/u.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function same(a: unknown, b: unknown): boolean {
  return json(a) === json(b);
}

/** The JSON text with sorted keys. */
function json(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isRecord(each) && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** The words of whatever was thrown, even of what has none and throws again when it is asked for them. */
function wordsOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "something that cannot be put in words";
  }
}

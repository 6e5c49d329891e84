/** `vifplugd providers check TYPE`: runs the conformance checks on a provider of the configuration. */
import { checkProvider, type Finding, type PrepareAnswer, type Subject } from "vifplugd-provider";
import { loadConfig } from "../config/load.ts";
import type { Answer } from "../providers/answer.ts";
import { fail, ok, type Result } from "../result.ts";
import { printable } from "../text/printable.ts";
import type { Conformance } from "../view/program-shapes.ts";
import { type Arguments, EXIT, printError, printLine } from "./command.ts";
import { printConfigErrors } from "./config-errors.ts";
import { BroughtUp, isOwn } from "./own-providers.ts";

/** The deadline of an answer in milliseconds: for a program, which may look things up first, and for code in this process. */
const OWN_DEADLINE_MS = 2000;
const DEADLINE_MS = 50;

/** @returns the exit code */
export async function checkOneProvider(args: Arguments): Promise<number> {
  const [, type = ""] = args.positionals;
  const loaded = loadConfig(args.text("config"));
  if (!loaded.ok) {
    printConfigErrors(loaded.error, printError);
    return EXIT.config;
  }
  const entry = loaded.value.providers.find((each) => each.type === type);
  if (entry === undefined) {
    const types = loaded.value.providers.map((each) => each.type).join(", ");
    const others = types === "" ? "" : ` (only ${types})`;
    printError(
      `vifplugd: providers check: the configuration has no provider ${JSON.stringify(type)}${others}; add one under providers, or name another file with --config`,
    );
    return EXIT.failed;
  }
  const lports = lportsIn(args.text("lport"));
  if (!lports.ok) {
    printError(`vifplugd: providers check: --lport: ${lports.error}`);
    return EXIT.usage;
  }
  const up = await BroughtUp.start(entry, printError);
  const fault = up.fault();
  if (fault !== null) {
    printError(`vifplugd: provider ${type}: ${fault}`);
    await up.end();
    return EXIT.failed;
  }
  const options = {
    ...(lports.value === null ? {} : { lports: lports.value }),
    effects: args.flag("effects"),
  };
  const findings = await checkProvider(subjectOf(up, isOwn(entry) ? OWN_DEADLINE_MS : DEADLINE_MS), options);
  if (args.flag("json")) printLine(JSON.stringify({ type, findings } satisfies Conformance));
  else for (const finding of findings) printLine(textOf(finding, lports.value !== null));
  return findings.some(({ passed }) => passed === false) ? EXIT.failed : EXIT.ok;
}

/** @param isAsked true: the operator gave a logical port, and its reason says more than "ready for none" */
function textOf({ check, passed, detail }: Finding, isAsked: boolean): string {
  if (passed === null) {
    if (!isAsked) return `skip  ${check} (ready for none of the ports: give one with --lport)`;
    return `skip  ${check} (${detail === "" ? "no answer has an interface" : `not ready for ${printable(detail)}`})`;
  }
  return passed ? `ok    ${check}` : `FAIL  ${check}\n      ${detail}`;
}

function subjectOf(up: BroughtUp, deadline: number): Subject {
  return {
    type: up.type,
    deadline,
    ask: async (input) => {
      const answer = await up.ask(input);
      // "Not ready" is an answer of the provider, but not where vifplugd answers so because the program has ended.
      const fault = up.fault();
      if (fault !== null) throw new Error(fault);
      return answerOf(answer);
    },
    finish: (input, output) => up.finish(input, output),
    release: (input, output) => up.release(input, output),
    end: () => up.end(),
  };
}

/** @throws Error: the provider broke the contract */
function answerOf(answer: Answer): PrepareAnswer {
  switch (answer.kind) {
    case "plug":
      return { ready: true, interface: answer.wanted };
    case "unplug":
      return { ready: true };
    case "not-ready":
      return { ready: false, reason: answer.reason };
    case "broken":
      throw new Error(answer.reason);
  }
}

type Lports = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Parses a logical port and its options: `NAME KEY=VALUE KEY=VALUE...`. */
function lportsIn(text: string | null): Result<Lports | null, string> {
  if (text === null) return ok(null);
  const [name = "", ...pairs] = text.trim().split(/\s+/);
  if (name === "") return fail("expected the name of a logical port, and its options as KEY=VALUE");
  const options: [string, string][] = [];
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at <= 0) return fail(`expected KEY=VALUE, received ${JSON.stringify(pair)}`);
    options.push([pair.slice(0, at), pair.slice(at + 1)]);
  }
  return ok({ [name]: Object.fromEntries(options) });
}

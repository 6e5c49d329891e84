/**
 * The messages between a provider's command and vifplugd: JSON-RPC 2.0, one message a line, in both directions.
 *
 * Invariant: every message of the command is parsed here. Of an answer to `prepare` only the envelope is parsed here; answer.ts
 * parses its result, as that of any other provider.
 */
import * as v from "valibot";
import { type InitializeParams, PROTOCOL, type PrepareParams, type Texts } from "vifplugd-provider";
import { mapping } from "../../mapping.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { OptionsSchema, PrepareInput, ReadOption, WantedInterface } from "../provider.ts";

export { type InitializeParams, PROTOCOL, type PrepareParams };

/** The description that the command gives of itself, in its answer to `initialize`. */
export interface Introduction {
  readonly summary: string;
  readonly reads: readonly ReadOption[];
  readonly maintainedOptions: readonly string[];
  /** The JSON Schema of its `options`; null: the command takes any options. */
  readonly optionsSchema: OptionsSchema | null;
}

export type Incoming =
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly message: string }
  /** The tables of the command changed, for these logical ports, or for all (null). */
  | { readonly kind: "changed"; readonly lports: readonly string[] | null }
  | { readonly kind: "log"; readonly level: "warn" | "info" | "debug"; readonly message: string };

export function request(id: number, method: string, params: unknown): string {
  return `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
}

export function notification(method: string, params: unknown): string {
  return `${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`;
}

/** The params of `finish` and `release`: those of the question, with its answer. */
export function outcome(params: PrepareParams, output: WantedInterface | null): object {
  return { ...params, output };
}

export interface WireFault {
  /** `no-json` ends the process; with any other code the message is dropped. */
  readonly code: "no-json" | "no-message" | "unknown-method" | "bad-params";
  readonly message: string;
}

const responseSchema = v.object({
  id: v.number(),
  result: v.optional(v.unknown()),
  /** Null in the answers of programs that know JSON-RPC 1.0. */
  error: v.nullish(v.object({ message: v.string() })),
});

const changedSchema = v.optional(v.object({ lports: v.optional(v.array(v.string())) }), {});

const logSchema = v.object({ level: v.picklist(["error", "warn", "info", "debug"]), message: v.string() });

export function parseLine(line: string): Result<Incoming, WireFault> {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return fail({ code: "no-json", message: "a line that is no JSON" });
  }
  if (typeof message !== "object" || message === null) {
    return fail({ code: "no-message", message: "a line that is no JSON-RPC message" });
  }
  if ("method" in message) {
    return parseNotification(message.method, "params" in message ? message.params : undefined);
  }
  const response = v.safeParse(responseSchema, message);
  if (!response.success) return fail({ code: "no-message", message: "a line that is no JSON-RPC message" });
  const { id, result, error } = response.output;
  if (error) return ok({ kind: "error", id, message: error.message });
  return ok({ kind: "result", id, result });
}

function parseNotification(method: unknown, params: unknown): Result<Incoming, WireFault> {
  if (method === "changed") {
    const changed = v.safeParse(changedSchema, params);
    if (!changed.success) return badParams("changed", "{ lports?: [NAME...] }");
    return ok({ kind: "changed", lports: changed.output.lports ?? null });
  }
  if (method === "log") {
    const log = v.safeParse(logSchema, params);
    if (!log.success) return badParams("log", "{ level: error|warn|info|debug, message }");
    const { level, message } = log.output;
    return ok({ kind: "log", level: level === "error" ? "warn" : level, message });
  }
  return fail({ code: "unknown-method", message: "a method that is neither `changed` nor `log`" });
}

function badParams(method: string, expected: string): Result<never, WireFault> {
  return fail({ code: "bad-params", message: `\`${method}\` whose params are not ${expected}` });
}

const introductionSchema = v.object({
  protocol: v.literal(PROTOCOL),
  summary: v.optional(v.string(), ""),
  reads: v.optional(v.array(v.object({ name: v.string(), meaning: v.string() })), []),
  maintainedOptions: v.optional(v.array(v.string()), []),
  optionsSchema: v.optional(v.nullable(v.union([v.boolean(), mapping(v.unknown())])), null),
});

export function parseIntroduction(result: unknown): Result<Introduction, string> {
  const parsed = v.safeParse(introductionSchema, result);
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  // valibot takes the absent key itself for what is expected.
  const expected =
    issue.type === "object" && issue.received === "undefined"
      ? "missing: this member is required"
      : `expected ${issue.expected ?? "another value"}, received ${issue.received}`;
  return fail(`its answer to initialize: ${path === null ? "" : `${path}: `}${expected}`);
}

/** Makes params of questions. Parts that many logical ports share become plain objects once. */
export class ParamsMaker {
  readonly #plain = new WeakMap<ReadonlyMap<string, string>, Texts>();

  params({ operation, lport, interface: current, openVSwitch, bridge }: PrepareInput): PrepareParams {
    return {
      operation,
      lport: { name: lport.name, options: textsOf(lport.options) },
      interface:
        current === null
          ? null
          : { name: current.name, type: current.type, options: textsOf(current.options) },
      openVSwitch: {
        external_ids: this.#shared(openVSwitch.external_ids),
        other_config: this.#shared(openVSwitch.other_config),
      },
      bridge: {
        name: bridge.name,
        datapath_type: bridge.datapath_type,
        other_config: this.#shared(bridge.other_config),
      },
    };
  }

  #shared(map: ReadonlyMap<string, string>): Texts {
    const known = this.#plain.get(map);
    if (known !== undefined) return known;
    const plain = textsOf(map);
    this.#plain.set(map, plain);
    return plain;
  }
}

/** The members in the order of their keys, so that equal contents give equal JSON text. */
function textsOf(map: ReadonlyMap<string, string>): Texts {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

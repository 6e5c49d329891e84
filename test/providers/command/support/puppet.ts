/**
 * A provider's command that does what a test says: `bun puppet.ts LOG BEHAVIOUR`, where BEHAVIOUR is JSON (see Behaviour).
 * Every message that it reads is a line of the file LOG.
 */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

export interface Behaviour {
  /** What it answers to initialize besides the protocol; a text: it refuses with it; null: it says nothing. */
  readonly introduction?: Readonly<Record<string, unknown>> | string | null;
  /** The interface's name is this and the logical port's name, cut to 15 letters. */
  readonly prefix?: string;
  /** By logical port, what it does in the place of a proper answer. */
  readonly tricks?: Readonly<Record<string, Trick>>;
  /** Written at once after initialize. */
  readonly shout?: readonly string[];
  readonly ignoresShutdown?: boolean;
  /** By logical port: where it ends, once in all its lives, without another word. */
  readonly ends?: Readonly<Record<string, "asked" | "answered" | "finish">>;
  /** A logical port is plugged only after `arrange`, which it asks for. */
  readonly arranges?: boolean;
}

export type Trick =
  /** `stolen-id`: it answers the question that it has left unanswered, in the place of this one. */
  | { readonly kind: "never" | "twice" | "other-id" | "stolen-id" | "garbage" | "huge" | "exit" | "child" }
  | { readonly kind: "late"; readonly ms: number }
  /** It answers properly, and says that its tables changed for these. */
  | { readonly kind: "changes"; readonly lports: readonly string[] }
  /** It answers properly, and writes this in one go. */
  | { readonly kind: "says"; readonly text: string }
  | { readonly kind: "answer"; readonly result: unknown }
  | { readonly kind: "error"; readonly message: string };

const [log = "", text = "{}"] = process.argv.slice(2);
const behaviour: Behaviour = JSON.parse(text);

const arranged = new Set<string>();
let unanswered = -1;

function write(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

if (behaviour.ignoresShutdown) for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => {});

createInterface({ input: process.stdin }).on("line", (line) => {
  appendFileSync(log, `${line}\n`);
  const { id, method, params } = JSON.parse(line);
  if (method === "initialize") introduce(id);
  else if (method === "prepare") {
    endAt("asked", params.lport.name);
    answer(id, params);
    endAt("answered", params.lport.name);
  } else if (method === "finish") endAt("finish", params.lport.name);
  else if (method === "arrange") arrange(params.lport.name);
  else if (method === "shutdown" && !behaviour.ignoresShutdown) write({ id, result: null });
});
process.stdin.on("end", () => !behaviour.ignoresShutdown && process.exit(0));

function endAt(where: string, lport: string): void {
  const mark = `${log}.${lport}`;
  if (behaviour.ends?.[lport] !== where || existsSync(mark)) return;
  writeFileSync(mark, where);
  process.exit(7);
}

function introduce(id: number): void {
  const { introduction = {}, shout = [] } = behaviour;
  if (introduction === null) return;
  if (typeof introduction === "string") write({ id, error: { code: 1, message: introduction } });
  else write({ id, result: { protocol: 1, ...introduction } });
  for (const each of shout) process.stdout.write(each);
}

function arrange(lport: string): void {
  if (!behaviour.arranges || arranged.has(lport)) return;
  arranged.add(lport);
  write({ method: "changed", params: { lports: [lport] } });
}

function answer(id: number, { operation, lport }: { operation: string; lport: { name: string } }): void {
  const name = `${behaviour.prefix ?? ""}${lport.name}`.slice(0, 15);
  const result =
    operation === "remove"
      ? { ready: true }
      : behaviour.arranges && !arranged.has(lport.name)
        ? { ready: false, reason: "its device is not made yet", arrange: true }
        : { ready: true, interface: { name, type: "internal" } };
  const trick = behaviour.tricks?.[lport.name];
  switch (trick?.kind) {
    case undefined:
      write({ id, result });
      break;
    case "never":
      unanswered = id;
      break;
    case "stolen-id":
      write({ id: unanswered, result });
      break;
    case "changes":
      write({ id, result });
      write({ method: "changed", params: { lports: trick.lports } });
      break;
    case "says":
      write({ id, result });
      process.stdout.write(trick.text);
      break;
    case "late":
      setTimeout(() => write({ id, result }), trick.ms);
      break;
    case "twice":
      write({ id, result });
      write({ id, result });
      break;
    case "other-id":
      write({ id: id + 1_000_000, result });
      write({ id, result });
      break;
    case "garbage":
      process.stdout.write("\0\xff{]\n");
      break;
    case "huge":
      process.stdout.write("x".repeat(100_000_000));
      break;
    case "exit":
      process.exit(7);
      break;
    case "child": {
      const { pid } = Bun.spawn(["sleep", "1000"]);
      appendFileSync(log, `child ${pid}\n`);
      write({ id, result });
      break;
    }
    case "answer":
      write({ id, result: trick.result });
      break;
    case "error":
      write({ id, error: { code: 1, message: trick.message } });
      break;
  }
}

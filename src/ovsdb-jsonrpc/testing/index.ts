/**
 * A real ovsdb-server for tests: on a schema, in a folder of its own, on a unix socket. It needs the programs `ovsdb-server`
 * and `ovsdb-tool` of Open vSwitch on the PATH. Everything is gone after `stop`, or at the end of an `await using`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** What the server is to have. */
export interface TestServerOptions {
  /** A `.ovsschema` file, or its content. */
  readonly schema: string | object;
  /** Also listen on a TCP port of 127.0.0.1 that the kernel chooses. Default false. */
  readonly tcp?: boolean;
  /** How long it may take to start, in milliseconds. Default 10,000. */
  readonly startWithinMs?: number;
}

/** A server that serves. */
export interface TestServer extends AsyncDisposable {
  /** `unix:FILE`, as a session takes it. */
  readonly remote: string;
  /** `tcp:127.0.0.1:PORT`; null unless it was asked for. */
  readonly tcpRemote: string | null;
  /** What it has logged. */
  readonly log: string;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

const SERVES = /ovsdb-server \(Open vSwitch\)/;

/** Settles when it serves. Rejects, with its log, when it does not, and when the schema is none. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "ovsdb-jsonrpc-"));
  try {
    const database = join(folder, "test.db");
    run("ovsdb-tool", ["create", database, schemaFile(options.schema, folder)]);
    const socket = join(folder, "db.sock");
    const remotes = [
      `--remote=punix:${socket}`,
      ...(options.tcp === true ? ["--remote=ptcp:0:127.0.0.1"] : []),
    ];
    const args = ["--no-chdir", "-vconsole:info", `--unixctl=${join(folder, "ctl")}`, ...remotes, database];
    const child = spawn("ovsdb-server", args, { stdio: ["ignore", "ignore", "pipe"] });
    const log = { text: "" };
    await serving(child, log, options.startWithinMs ?? 10_000);
    const port = /listening on port (\d+)/.exec(log.text)?.[1];
    const stop = async () => {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    };
    return {
      remote: `unix:${socket}`,
      tcpRemote: port === undefined ? null : `tcp:127.0.0.1:${port}`,
      get log() {
        return log.text;
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function schemaFile(schema: string | object, folder: string): string {
  if (typeof schema === "string") return resolve(schema);
  const file = join(folder, "test.ovsschema");
  writeFileSync(file, JSON.stringify(schema));
  return file;
}

function run(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}

function serving(child: ChildProcess, log: { text: string }, withinMs: number): Promise<void> {
  return new Promise((done, failed) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      failed(new Error(`ovsdb-server ${why}\n${log.text}`));
    };
    const timer = setTimeout(() => fail(`did not start within ${withinMs} ms`), withinMs);
    child.once("error", (error) => fail(`cannot be run: ${error.message}`));
    child.once("exit", () => fail("ended"));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log.text += text;
      if (!SERVES.test(log.text)) return;
      clearTimeout(timer);
      child.removeAllListeners("exit");
      done();
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    child.once("exit", () => done());
    child.kill("SIGKILL");
  });
}

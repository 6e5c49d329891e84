/**
 * A real ovsdb-server for tests: on a schema, in a folder of its own, on a unix socket. The programs `ovsdb-server` and
 * `ovsdb-tool` of Open vSwitch have to be on the PATH. The server and its folder are gone after `stop`, at the end of an
 * `await using`, and at the latest when the process of the tests exits.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { MAX_TIMER_MS } from "../wire/environment.ts";

/** The database of a test server, and where the server listens. */
export interface TestServerOptions {
  /** The path of a `.ovsschema` file, or the JSON object that such a file holds. */
  readonly schema: string | object;
  /** True: the server also listens on a TCP port of 127.0.0.1 that the kernel chooses. Default false. */
  readonly tcp?: boolean;
  /** How long the server may take to start, in milliseconds. Default 10,000. */
  readonly startWithinMs?: number;
}

/** An ovsdb-server that serves an empty database. */
export interface TestServer extends AsyncDisposable {
  /** The remote of the server's socket, `unix:FILE`, as a session takes it. */
  readonly remote: string;
  /** The remote of the server's port, `tcp:127.0.0.1:PORT`; null unless the option `tcp` asked for a port. */
  readonly tcpRemote: string | null;
  /** The text that the server has logged so far. */
  readonly log: string;
  /** Ends the server and removes its folder. A second call does nothing. */
  stop(): Promise<void>;
}

const SERVES = /ovsdb-server \(Open vSwitch\)/;

/**
 * Starts a server, and settles when the server serves. Rejects when a program of Open vSwitch is missing, when `schema` is no
 * schema, and when the server does not serve in time; the error's message holds the server's log.
 */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "ovsdb-jsonrpc-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
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
    const forget = atExit(() => {
      child.kill("SIGKILL");
      remove();
    });
    child.once("exit", forget);
    const log = { text: "" };
    await serving(child, log, options.startWithinMs ?? 10_000);
    const port = /listening on port (\d+)/.exec(log.text)?.[1];
    const stop = async () => {
      await ended(child);
      remove();
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
    remove();
    throw error;
  }
}

/** What is left to do when the process exits. One listener does all of it, however many servers there are. */
const leftToDo = new Set<() => void>();

/** Has something done when the process exits; answers the function after which it is not done. */
function atExit(act: () => void): () => void {
  if (leftToDo.size === 0) process.on("exit", doAll);
  leftToDo.add(act);
  return () => {
    if (leftToDo.delete(act) && leftToDo.size === 0) process.off("exit", doAll);
  };
}

function doAll(): void {
  for (const act of leftToDo) act();
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
    const timer = setTimeout(
      () => fail(`did not start within ${withinMs} ms`),
      Math.min(withinMs, MAX_TIMER_MS),
    );
    child.once("error", (error) => fail(`cannot be run: ${error.message}`));
    const onExit = () => fail("ended");
    child.once("exit", onExit);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log.text += text;
      if (!SERVES.test(log.text)) return;
      clearTimeout(timer);
      child.off("exit", onExit);
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

/** Real ovsdb-servers in throwaway folders: standalone, clustered, relay. Everything is gone after `dispose`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PLAYGROUND = join(import.meta.dir, "playground.ovsschema");
const READY = /ovsdb-server \(Open vSwitch\)/;

/** Runs a program to its end and answers its output; throws with its words when it fails. */
export function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}

/** A folder of its own for a test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "ovsdb-test-"));

  at(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface ServerOptions {
  /** The database files or relays to serve. */
  readonly databases: readonly string[];
  /** Further `--remote` methods, such as `ptcp:0:127.0.0.1`. */
  readonly remotes?: readonly string[];
  readonly args?: readonly string[];
}

/** One ovsdb-server process, which may be stopped and started again. */
export class OvsdbServer {
  readonly name: string;
  readonly #folder: Folder;
  readonly #options: ServerOptions;
  #process: ReturnType<typeof spawnServer> | null = null;
  #log = "";

  constructor(folder: Folder, name: string, options: ServerOptions) {
    this.#folder = folder;
    this.name = name;
    this.#options = options;
  }

  get socket(): string {
    return this.#folder.at(`${this.name}.sock`);
  }

  get remote(): string {
    return `unix:${this.socket}`;
  }

  /** What the process has logged. */
  get log(): string {
    return this.#log;
  }

  /** The TCP port that the kernel chose for a remote with port 0. */
  get port(): number {
    const port = /listening on port (\d+)/.exec(this.#log)?.[1];
    if (port === undefined)
      throw new Error(`ovsdb-server ${this.name} listens on no TCP port:\n${this.#log}`);
    return Number(port);
  }

  /** Starts the process; settles when it serves. */
  async start(): Promise<void> {
    const started = spawnServer([
      "--no-chdir",
      "-vconsole:info",
      `--unixctl=${this.#folder.at(`${this.name}.ctl`)}`,
      `--remote=punix:${this.socket}`,
      ...(this.#options.remotes ?? []).map((remote) => `--remote=${remote}`),
      ...(this.#options.args ?? []),
      ...this.#options.databases,
    ]);
    this.#process = started;
    this.#log = "";
    await new Promise<void>((resolve, reject) => {
      this.#follow(started.stderr, resolve).then(() =>
        reject(new Error(`ovsdb-server ${this.name} did not start:\n${this.#log}`)),
      );
    });
  }

  /** Reads the log to its end, so that the server never waits for a reader; calls `onReady` when it says that it serves. */
  async #follow(stderr: ReadableStream<Uint8Array<ArrayBuffer>>, onReady: () => void): Promise<void> {
    for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
      this.#log += text;
      if (READY.test(this.#log)) onReady();
    }
  }

  /** Ends the process in an orderly way; settles when it is gone. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Ends the process without giving it a chance. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** The signal by which the process ends by itself, within `withinMs`; null: the process goes on, or has exited. */
  async crash(withinMs: number): Promise<string | null> {
    const process = this.#process;
    if (process === null) return null;
    const timer = Promise.withResolvers<void>();
    const cancel = setTimeout(timer.resolve, withinMs);
    await Promise.race([process.exited, timer.promise]);
    clearTimeout(cancel);
    return process.signalCode === null ? null : String(process.signalCode);
  }

  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Sends a command to the server's control socket. */
  appctl(...command: readonly string[]): string {
    return run("ovs-appctl", "-t", this.#folder.at(`${this.name}.ctl`), ...command);
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (process === null) return;
    process.kill("SIGCONT");
    process.kill(signal);
    await process.exited;
  }
}

function spawnServer(args: readonly string[]) {
  return Bun.spawn(["ovsdb-server", ...args], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
}

/** A server that is to have an empty playground database, on a unix socket and on a TCP port of its own. */
export function playgroundServer(options: Partial<ServerOptions> = {}, schema = PLAYGROUND) {
  const folder = new Folder();
  const file = folder.at("playground.db");
  const server = new OvsdbServer(folder, "server", {
    remotes: ["ptcp:0:127.0.0.1"],
    ...options,
    databases: [file],
  });
  return Object.assign(server, {
    file,
    /** Makes the database, in the place of one that is served already, and starts to serve it. */
    async create(): Promise<void> {
      await server.kill();
      rmSync(file, { force: true });
      run("ovsdb-tool", "create", file, schema);
      await server.start();
    },
    async [Symbol.asyncDispose]() {
      await server.kill();
      folder.remove();
    },
  });
}

/** As `playgroundServer`, when it serves. */
export async function startPlayground(options?: Partial<ServerOptions>, schema?: string) {
  const server = playgroundServer(options, schema);
  await server.create();
  return server;
}

export interface Cluster extends AsyncDisposable {
  readonly servers: readonly OvsdbServer[];
  readonly leader: OvsdbServer;
  /** All servers as one list of remotes. */
  readonly remotes: string;
}

/**
 * A cluster of this many servers, all of which have joined. `electionTimerMs` is how long a leader may be silent.
 * The database holds some ballast, because a server keeps no more history to resume from than it has data.
 */
export async function startCluster(size: number, electionTimerMs = 1000): Promise<Cluster> {
  const folder = new Folder();
  const address = (n: number) => `unix:${folder.at(`raft${n}`)}`;
  const servers: OvsdbServer[] = [];
  for (let n = 0; n < size; n++) {
    const file = folder.at(`${n}.db`);
    const timer = `--election-timer=${electionTimerMs}`;
    if (n === 0) run("ovsdb-tool", timer, "create-cluster", file, PLAYGROUND, address(0));
    else run("ovsdb-tool", "join-cluster", file, "Playground", address(n), address(0));
    const server = new OvsdbServer(folder, `server${n}`, { databases: [file] });
    await server.start();
    servers.push(server);
    run("ovsdb-client", "wait", server.remote, "Playground", "connected");
  }
  const atoms = ["set", Array.from({ length: 3000 }, (_, i) => i)];
  const ballast = ["Playground", { op: "insert", table: "Ballast", row: { atoms } }];
  const remotes = servers.map(({ remote }) => remote).join(",");
  run("ovsdb-client", "transact", remotes, JSON.stringify(ballast));
  return {
    servers,
    remotes,
    get leader() {
      const leader = servers.find((server) =>
        server.appctl("cluster/status", "Playground").includes("Role: leader"),
      );
      if (leader === undefined) throw new Error("the cluster has no leader");
      return leader;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.kill()));
      folder.remove();
    },
  };
}

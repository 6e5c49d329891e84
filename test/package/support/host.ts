/**
 * A host in a folder: a copy of a Debian root with namespaces of its own (mounts, processes, network, name), so that what
 * is installed and started in it is nobody else's, and ends with it. Needs root, and the roots of tools/roots.sh.
 */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program, run } from "../../../tools/chassis/program.ts";
import { undoAtExit } from "../../../tools/cleanup.ts";
import { CHASSIS } from "./chassis.ts";

const ROOTS = join(import.meta.dir, "../../../.cache/roots");
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
/** Milliseconds: for a program on a busy machine. */
const PATIENCE = 120_000;

export type Suite = "bookworm" | "trixie" | "trixie+openrc+rpm";

/**
 * The first process; when it ends, so do all others. A shell that waits, so that what is left of daemons goes when they end:
 * OpenRC waits for that.
 */
const INIT = `
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock
hostname hv1
echo up
while :; do sleep 3600 & wait; done
`;

export class Host implements AsyncDisposable {
  /** The folder that is its root. */
  readonly root: string;
  readonly #init: Program;
  readonly #pid: string;
  readonly #forget: () => void;
  #daemon: Program | null = null;

  private constructor(root: string, init: Program, pid: string, forget: () => void) {
    this.root = root;
    this.#init = init;
    this.#pid = pid;
    this.#forget = forget;
  }

  static async start(suite: Suite): Promise<Host> {
    const root = await mkdtemp(join(tmpdir(), `vifplugd-${suite.split("+", 1)[0]}-`));
    const forget = undoAtExit(() => rmSync(root, { recursive: true, force: true }));
    await run(["cp", "-a", "--reflink=auto", `${join(ROOTS, suite)}/.`, root], { PATH }, PATIENCE);
    const namespaces = ["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child"];
    const init = new Program({
      name: `init of ${suite}`,
      argv: ["unshare", ...namespaces, `--root=${root}`, "sh", "-c", INIT],
      env: { PATH },
    });
    await init.waitLog(/^up$/, PATIENCE);
    return new Host(root, init, await run(["pgrep", "-P", String(init.pid)], { PATH }), forget);
  }

  /** Runs a program there, and returns its standard output. @throws when it fails */
  run(...argv: readonly string[]): Promise<string> {
    return run(this.#inside(argv), this.#environment(), PATIENCE);
  }

  shell(script: string): Promise<string> {
    return this.run("sh", "-ec", script);
  }

  /** Starts a program there that goes on; it ends with the host. */
  spawn(name: string, ...argv: readonly string[]): Program {
    return new Program({ name, argv: this.#inside(argv), env: this.#environment() });
  }

  /** Databases, ovs-vswitchd, ovn-northd and ovn-controller, as installed there; returns when the chassis is in sync. */
  async startChassis(): Promise<void> {
    await this.shell(CHASSIS);
  }

  /** The installed vifplugd; returns when the Southbound is in sync. */
  async startDaemon(): Promise<void> {
    this.#daemon = this.spawn("vifplugd", "vifplugd", "run");
    await this.#daemon.waitLog(/OVN_Southbound: in sync/, PATIENCE);
  }

  /** Ends vifplugd as an operator does who has its pid file. @throws Error when vifplugd does not end with exit code 0 */
  async stopDaemon(): Promise<void> {
    await this.shell("kill $(cat /run/openvswitch/vifplugd.pid)");
    const status = await this.#daemon?.exited;
    if (status?.code !== 0) throw new Error(`vifplugd ended with ${JSON.stringify(status)}`);
  }

  /** The process whose namespaces are the host's. */
  get pid(): string {
    return this.#pid;
  }

  /** A file's text there; null: there is none. */
  async read(path: string): Promise<string | null> {
    const file = Bun.file(join(this.root, path));
    return (await file.exists()) ? file.text() : null;
  }

  async write(path: string, text: string): Promise<void> {
    await Bun.write(join(this.root, path), text);
  }

  /** Puts a file of ours there, under its name, and returns the path. */
  async take(path: string): Promise<string> {
    const name = path.slice(path.lastIndexOf("/"));
    await Bun.write(join(this.root, name), Bun.file(path));
    return name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#init.stop("SIGKILL");
    this.#forget();
    await rm(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #environment(): Readonly<Record<string, string>> {
    return { PATH, HOME: "/root", LANG: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" };
  }

  #inside(argv: readonly string[]): readonly string[] {
    const namespaces = ["--mount", "--pid", "--net", "--uts", "--ipc", "--root", "--wd"];
    return ["nsenter", `--target=${this.#pid}`, ...namespaces, "--", ...argv];
  }
}

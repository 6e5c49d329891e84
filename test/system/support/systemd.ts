/**
 * A real systemd in the virtual machine: PID 1 of namespaces of its own, as in a container, on the machine's kernel.
 *
 * Only what services need is started: units that would tidy or set up the machine are masked, because the file system
 * below is a host's.
 */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Program, run } from "../../../tools/chassis/program.ts";

const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const UNITS = "/run/systemd/system";
const MASKED = [
  "systemd-tmpfiles-setup",
  "systemd-tmpfiles-setup-dev",
  "systemd-sysctl",
  "systemd-sysusers",
  "systemd-modules-load",
  "systemd-random-seed",
  "systemd-remount-fs",
  "systemd-update-utmp",
  "systemd-udevd",
  "systemd-udev-trigger",
];
/** Milliseconds; the machine computes slowly. */
const PATIENCE = 240_000;

/** Of a message in the journal (systemd.journal-fields(7)). */
export interface JournalEntry {
  readonly MESSAGE: string;
  readonly PRIORITY: string;
  readonly SYSLOG_IDENTIFIER: string;
}

export class Systemd {
  readonly #unshare: Program;
  readonly #pid: string;

  private constructor(unshare: Program, pid: string) {
    this.#unshare = unshare;
    this.#pid = pid;
  }

  /** Returns when it has reached basic.target. */
  static async start(): Promise<Systemd> {
    await run(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"], { PATH });
    await mkdir(UNITS, { recursive: true });
    for (const unit of MASKED) await symlink("/dev/null", join(UNITS, `${unit}.service`));
    const socket = "/run/systemd-is-ready";
    const receiver = new Program({
      name: "notify-receiver",
      argv: [process.execPath, join(import.meta.dir, "../../binary/support/notify-receiver.ts"), socket],
      env: { PATH },
    });
    await receiver.waitLog(/^bound$/, PATIENCE);
    const unshare = new Program({
      name: "systemd",
      argv: [
        "unshare",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount",
        "--mount-proc",
        "--cgroup",
        "/lib/systemd/systemd",
      ].concat(["--system", "--unit=basic.target", "--log-target=console", "--show-status=no"]),
      // By `container` it knows that the machine's devices and clock are not its business.
      env: { PATH, container: "virtual-machine-test", NOTIFY_SOCKET: socket },
    });
    await receiver.waitLog(/READY=1/, PATIENCE);
    await receiver.stop();
    return new Systemd(unshare, await run(["pgrep", "-P", String(unshare.pid)], { PATH }));
  }

  /** Runs one of its programs where it can be reached, and returns the standard output; throws when it fails. */
  run(...command: readonly string[]): Promise<string> {
    return run(this.#inside(command), { PATH, SYSTEMD_IGNORE_CHROOT: "1", SYSTEMD_PAGER: "" }, PATIENCE);
  }

  /** The unit's properties by name. */
  async properties<Name extends string>(unit: string, names: readonly Name[]): Promise<Record<Name, string>> {
    const values = await Promise.all(
      names.map((name) => this.run("systemctl", "show", "--value", `--property=${name}`, unit)),
    );
    const entries = names.map((name, index) => [name, values[index] ?? ""] as const);
    return Object.fromEntries(entries) as Record<Name, string>;
  }

  /** What the unit has written so far, as the journal keeps it. */
  async journal(unit: string): Promise<readonly JournalEntry[]> {
    await this.run("journalctl", "--sync");
    const lines = (await this.run("journalctl", "--output=json", `--unit=${unit}`)).split("\n");
    return lines.filter((line) => line !== "").map((line): JournalEntry => JSON.parse(line));
  }

  async stop(): Promise<void> {
    await this.#unshare.stop("SIGKILL");
  }

  #inside(command: readonly string[]): readonly string[] {
    return [
      "nsenter",
      `--target=${this.#pid}`,
      "--pid",
      "--mount",
      "--cgroup",
      "--root",
      "--wd=/",
      "--",
      ...command,
    ];
  }
}

/**
 * The virtual machine of the system test: Debian's kernel under qemu, without KVM, on this host's file system, which the machine
 * cannot change. One folder is shared for writing, at {@link EXCHANGE} in the machine.
 *
 * The machine runs one shell script and is switched off. However this process ends, the machine ends with it.
 */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undoAtExit } from "../cleanup.ts";

const cache = join(import.meta.dir, "../../.cache/system");

/** The path of the shared folder in the machine. */
export const EXCHANGE = "/exchange";

export interface MachineRun {
  /** The shell script, run with the host's programs as root of the machine. */
  readonly script: string;
  /** The machine is switched off after this time, in milliseconds. */
  readonly within: number;
}

export interface MachineResult {
  /** The exit code of the script; null: the machine did not reach the end of the script. */
  readonly exitCode: number | null;
  /** The standard output and the standard error of the script. */
  readonly output: string;
  /** The output of the kernel and of the first program on the console. */
  readonly console: string;
  /** The shared folder, which is removed when the result is disposed of. */
  readonly exchange: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function runMachine({ script, within }: MachineRun): Promise<MachineResult> {
  const exchange = await mkdtemp(join(tmpdir(), "vifplugd-machine-"));
  await Bun.write(join(exchange, "run"), script);
  const machine = Bun.spawn(["qemu-system-x86_64", ...machineArguments(exchange)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: within,
    killSignal: "SIGKILL",
  });
  const forget = undoAtExit(() => {
    machine.kill("SIGKILL");
    rmSync(exchange, { recursive: true, force: true });
  });
  const [stdout, stderr] = await Promise.all([machine.stdout.text(), machine.stderr.text(), machine.exited]);
  const exitCode = await textOf(join(exchange, "exit-code"));
  return {
    exitCode: exitCode === "" ? null : Number(exitCode),
    output: await textOf(join(exchange, "output")),
    console: stdout + stderr,
    exchange,
    async [Symbol.asyncDispose]() {
      forget();
      await rm(exchange, { recursive: true, force: true });
    },
  };
}

function machineArguments(exchange: string): readonly string[] {
  return [
    ...["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"],
    ...["-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"],
    ...["-kernel", join(cache, "kernel"), "-initrd", join(cache, "initramfs.gz")],
    ...["-append", "console=ttyS0 quiet panic=-1 mitigations=off"],
    ...share("host", "/", true),
    ...share("exchange", exchange, false),
  ];
}

function share(name: string, path: string, readonly: boolean): readonly string[] {
  const device = `local,id=${name},path=${path},security_model=none,multidevs=remap`;
  return [
    ...["-fsdev", `${device},readonly=${readonly ? "on" : "off"}`],
    ...["-device", `virtio-9p-pci,fsdev=${name},mount_tag=${name}`],
  ];
}

async function textOf(path: string): Promise<string> {
  const file = Bun.file(path);
  return (await file.exists()) ? await file.text() : "";
}

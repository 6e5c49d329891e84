/** The targets of executables: one table, from which the build, the packages and the SBOM take the names of each target. */
import { closeSync, openSync, readSync } from "node:fs";

export interface Target {
  /** The name in file names and on the command line. */
  readonly name: "linux-x64" | "linux-x64-musl" | "linux-arm64" | "linux-arm64-musl";
  /** The npm package that holds the runtime, pinned by the lock file. */
  readonly runtime: string;
  readonly libc: "glibc" | "musl";
  /** The names of the machine in package managers, all of which belong to distributions with glibc. */
  readonly debian: "amd64" | "arm64";
  readonly rpm: "x86_64" | "aarch64";
}

export type TargetName = Target["name"];

const x64 = { debian: "amd64", rpm: "x86_64" } as const;
const arm64 = { debian: "arm64", rpm: "aarch64" } as const;

export const targets: readonly Target[] = [
  { name: "linux-x64", runtime: "@oven/bun-linux-x64", libc: "glibc", ...x64 },
  { name: "linux-x64-musl", runtime: "@oven/bun-linux-x64-musl", libc: "musl", ...x64 },
  { name: "linux-arm64", runtime: "@oven/bun-linux-aarch64", libc: "glibc", ...arm64 },
  { name: "linux-arm64-musl", runtime: "@oven/bun-linux-aarch64-musl", libc: "musl", ...arm64 },
];

/** @param name may begin with `bun-`, as Bun's own names do @throws when no target has the name */
export function targetNamed(name: string): Target {
  const known = targets.find((target) => target.name === name.replace(/^bun-/, ""));
  if (known !== undefined) return known;
  throw new Error(
    `--target ${name}: expected one of ${targets.map((target) => target.name).join(", ")}, all`,
  );
}

/** @param names as given on the command line; `all` stands for every target */
export function targetsNamed(names: readonly string[]): readonly Target[] {
  return names.flatMap((name) => (name === "all" ? targets : [targetNamed(name)]));
}

/** The target of this machine. @throws when no target fits the machine */
export function hostTarget(): Target {
  if (process.platform !== "linux") throw new Error(`expected Linux, this is ${process.platform}`);
  return targetNamed(`linux-${process.arch}${isForMusl(process.execPath) ? "-musl" : ""}`);
}

/** Whether the executable needs musl, by the loader that its first bytes name: a host with glibc may have musl's loader, too. */
function isForMusl(executable: string): boolean {
  const start = Buffer.alloc(4096);
  const fd = openSync(executable, "r");
  try {
    readSync(fd, start);
  } finally {
    closeSync(fd);
  }
  return start.includes("/lib/ld-musl-");
}

/**
 * Which files a command is made of, and whether they are others by now: the program, and every argument that is the absolute
 * path of a file, because the program may be an interpreter.
 */
import { statSync } from "node:fs";
import { isAbsolute } from "node:path";

/** @returns a text that is another one when a file is another one, has another content, or is not there */
export function stateOfFiles(
  argv: readonly string[],
  { PATH }: { readonly PATH?: string | undefined },
): string {
  const [program = "", ...args] = argv;
  const found = isAbsolute(program) ? program : Bun.which(program, PATH === undefined ? {} : { PATH });
  const states = [found ?? "", ...args.filter((arg) => isAbsolute(arg))].map(stateOf);
  return states.join(" ");
}

function stateOf(path: string): string {
  try {
    const stat = statSync(path, { bigint: true });
    return stat.isFile() ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}` : "-";
  } catch {
    // It is not there, or cannot be looked at.
    return "-";
  }
}

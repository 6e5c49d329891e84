/**
 * The state of a command's files, to notice that they have changed. The files are the program and every argument that is the
 * absolute path of a file, because the program may be an interpreter.
 */
import { statSync } from "node:fs";
import { isAbsolute } from "node:path";

/** @returns a text that changes when a file is replaced, changed or removed */
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
    // The file does not exist, or stat(2) is not allowed.
    return "-";
  }
}

/** Packages for tests: made as for a release, for this machine, in a hurry. */
import { join } from "node:path";
import { run } from "../../../tools/package/inputs.ts";

const root = join(import.meta.dir, "../../..");

/** Makes everything for some targets in a folder. @returns the folder */
export async function makePackages(
  outDir: string,
  version: string,
  targets: readonly string[] = ["linux-x64"],
): Promise<string> {
  const asked = targets.flatMap((target) => ["--target", target]);
  const options = ["--version", version, "--level", "1", "--out", outDir];
  await run([process.execPath, "run", "tools/package/main.ts", ...asked, ...options], root);
  return outDir;
}

/**
 * The .deb again, with another configuration file in it than the version before had: so an upgrade has to choose
 * between what the operator wrote and what the package brings.
 */
export async function changeConffile(path: string, scratch: string): Promise<void> {
  const script = `dpkg-deb -R "$1" "$2" && echo '# something new' >>"$2/etc/vifplugd/vifplugd.yaml" &&
    dpkg-deb --root-owner-group -Zzstd -z1 -b "$2" "$1"`;
  await run(["sh", "-c", script, "sh", path, join(scratch, "changed")], "/");
}

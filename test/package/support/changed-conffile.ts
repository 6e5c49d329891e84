/** The next version of a package, as an upgrade finds it that has to choose. */
import { basename, join } from "node:path";
import { run } from "../../../tools/package/inputs.ts";

/**
 * The .deb again, with another configuration file in it than the version before had: so an upgrade has to choose
 * between what the operator wrote and what the package brings.
 *
 * @param scratch a folder, where the new .deb is made
 * @returns its path
 */
export async function withChangedConffile(deb: string, scratch: string): Promise<string> {
  const changed = join(scratch, basename(deb));
  const script = `dpkg-deb -R "$1" "$2" && echo '# something new' >>"$2/etc/vifplugd/vifplugd.yaml" &&
    dpkg-deb --root-owner-group -Zzstd -z1 -b "$2" "$3"`;
  await run(["sh", "-c", script, "sh", deb, join(scratch, "changed"), changed], "/");
  return changed;
}

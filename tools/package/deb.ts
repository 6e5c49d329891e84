/** The package for Debian and its derivatives: dpkg-deb(1) makes it from the files and the scripts in config/debian. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./inputs.ts";
import { hostPath, type PackagedFile, type Release, setDates, writeTree } from "./layout.ts";
import type { Target } from "./targets.ts";

const SCRIPTS = ["postinst", "prerm", "postrm"];

/** The version of the newest glibc symbol that the runtime needs. */
export const GLIBC = "2.17";

/** Debian sorts `~` before everything else, so a pre-release of semantic versioning is older for Debian, too. */
export function packageVersion(version: string): string {
  return version.replace("-", "~");
}

/** @returns the package's path */
export async function deb(
  release: Release,
  target: Target,
  files: readonly PackagedFile[],
  outDir: string,
  level: number,
): Promise<string> {
  const root = join(release.scratch, `deb-${target.name}`);
  await writeTree(files, root, release.date, (file) => hostPath(file, "deb"));
  const version = packageVersion(release.version);
  const control = join(root, "DEBIAN");
  await mkdir(control);
  const kilobytes = Number((await run(["du", "-sk", "--apparent-size", root], "/")).split("\t")[0]);
  await Bun.write(join(control, "control"), controlFile(version, target, kilobytes));
  const conffiles = files
    .filter((file) => file.isConfiguration === true)
    .map((file) => hostPath(file, "deb"));
  await Bun.write(join(control, "conffiles"), `${conffiles.join("\n")}\n`);
  for (const script of SCRIPTS) {
    const path = join(control, script);
    await Bun.write(path, Bun.file(join(release.root, "config/debian", script)));
    await chmod(path, 0o755);
  }
  await Bun.write(join(control, "md5sums"), await md5sums(root));
  await setDates(root, release.date);
  const path = join(outDir, `vifplugd_${version}_${target.debian}.deb`);
  const compression = ["-Zzstd", `-z${level}`, "--threads-max=1"];
  await run(["dpkg-deb", "--root-owner-group", ...compression, "--build", root, path], "/", {
    SOURCE_DATE_EPOCH: String(release.date),
  });
  return path;
}

function controlFile(version: string, target: Target, kilobytes: number): string {
  return `Package: vifplugd
Version: ${version}
Architecture: ${target.debian}
Maintainer: The vifplugd maintainers <vifplugd@localhost>
Installed-Size: ${kilobytes}
Depends: libc6 (>= ${GLIBC})
Recommends: openvswitch-switch
Suggests: ovn-host
Section: net
Priority: optional
Description: plugs VIFs on OVN chassis
 vifplugd runs beside an unmodified ovn-controller, reads which logical ports
 the cloud wants on this chassis, and creates the matching interfaces on the
 integration bridge of Open vSwitch, as the plug providers say: representors of
 SmartNICs, and others.
 .
 The service is neither enabled nor started by the installation.
`;
}

/** The checksums with which dpkg --verify compares installed files. */
async function md5sums(root: string): Promise<string> {
  const find = "find . -type f ! -path './DEBIAN/*' -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' md5sum";
  return run(["sh", "-c", find], root);
}

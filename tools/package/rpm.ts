/** The package for distributions with RPM: rpmbuild(8) makes it from the files and from the spec file of this module. */
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GLIBC, packageVersion } from "./deb.ts";
import { run } from "./inputs.ts";
import { hostPath, type PackagedFile, type Release, writeTree } from "./layout.ts";
import type { Target } from "./targets.ts";

/** The folders that are removed with the package, unless they hold files of others. All other folders belong to the system. */
const OWN_FOLDERS = ["/etc/vifplugd", "/usr/share/doc/vifplugd", "/usr/share/openvswitch"];

/** Our own folders among the folders of files, from the top down. The package lists them, because rpm removes no other folder. */
export function ownFolders(paths: readonly string[]): readonly string[] {
  const isOwn = (folder: string) => OWN_FOLDERS.some((own) => `${folder}/`.startsWith(`${own}/`));
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); isOwn(folder); folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort();
}

/** @returns the package's path */
export async function rpm(
  release: Release,
  target: Target,
  files: readonly PackagedFile[],
  outDir: string,
  level: number,
): Promise<string> {
  const top = join(release.scratch, `rpm-${target.name}`);
  const tree = join(top, "tree");
  await writeTree(files, tree, release.date, (file) => hostPath(file, "rpm"));
  const spec = join(top, "vifplugd.spec");
  await Bun.write(spec, specFile(release, files, tree, level));
  await mkdir(join(top, "out"));
  await run(
    [
      ...["rpmbuild", "-bb", "--quiet", `--target=${target.rpm}-linux`, `--define=_topdir ${top}`],
      ...[`--define=_rpmdir ${join(top, "out")}`, "--define=_build_name_fmt package.rpm"],
      ...[`--dbpath=${join(top, "db")}`, spec],
    ],
    top,
    { SOURCE_DATE_EPOCH: String(release.date), HOME: top },
  );
  const path = join(outDir, `vifplugd-${packageVersion(release.version)}-1.${target.rpm}.rpm`);
  await rename(join(top, "out/package.rpm"), path);
  return path;
}

/** The spec file, by which rpmbuild searches, strips and compresses no file: the files are final. */
function specFile(release: Release, files: readonly PackagedFile[], tree: string, level: number): string {
  const packed = files.flatMap((file) => {
    const path = hostPath(file, "rpm");
    return path === null ? [] : [{ file, path }];
  });
  const folders = ownFolders(packed.map(({ path }) => path)).map((path) => `%dir "${path}"`);
  const listed = packed.map(({ file, path }) => {
    const mode = file.isExecutable === true ? "0755" : "0644";
    return `${file.isConfiguration === true ? "%config(noreplace) " : ""}%attr(${mode},root,root) "${path}"`;
  });
  return `%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _buildhost reproducible
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global _binary_payload w${level}.zstdio

Name: vifplugd
Version: ${packageVersion(release.version)}
Release: 1
Summary: Plugs VIFs on OVN chassis
License: Apache-2.0
Group: System Environment/Daemons
Requires: glibc >= ${GLIBC}
AutoReqProv: no

%description
vifplugd runs beside an unmodified ovn-controller, reads which logical ports the
cloud wants on this chassis, and creates the matching interfaces on the
integration bridge of Open vSwitch, as the plug providers say: representors of
SmartNICs, and others.

The service is neither enabled nor started by the installation.

%install
mkdir -p %{buildroot}
cp -a ${tree}/. %{buildroot}/

# The ports stay plugged through all of these.
%post
if [ -d /run/systemd/system ]; then systemctl --system daemon-reload >/dev/null || :; fi

%preun
if [ "$1" = 0 ] && [ -d /run/systemd/system ]; then
  systemctl --no-reload disable --now vifplugd.service >/dev/null || :
fi

%postun
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || :
  if [ "$1" -ge 1 ]; then systemctl try-restart vifplugd.service >/dev/null || :; fi
fi

%files
${[...folders, ...listed].join("\n")}
`;
}

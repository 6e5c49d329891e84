/**
 * The place of each file in an archive and on a host: one list, from which archives, .deb and .rpm are made.
 *
 * Invariants: nothing in the list depends on the machine, the user or the folder in which packages are made. Every file has the
 * date of the commit.
 */
import { chmod, mkdir, readdir, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { documents } from "./documents.ts";
import { manualPages, render } from "./manual.ts";
import { copyright, ownLicence, thirdParties } from "./notices.ts";
import { sbom } from "./sbom.ts";
import type { Target } from "./targets.ts";

export type PackageKind = "deb" | "rpm";

export interface PackagedFile {
  /** The path below the archive's only folder; empty: the file is not in the archive. */
  readonly archive: string;
  /** The absolute path; null: packages do not install the file. */
  readonly host: string | Readonly<Record<PackageKind, string | null>> | null;
  readonly content: string | Blob | Uint8Array;
  readonly isExecutable?: boolean;
  /** Whether package managers keep edits of the file. */
  readonly isConfiguration?: boolean;
}

export interface Release {
  readonly version: string;
  readonly commit: string;
  /** The time of the commit, in seconds since the epoch. */
  readonly date: number;
  /** The repository's folder. */
  readonly root: string;
  /** A folder for intermediate files. */
  readonly scratch: string;
}

const DOC = "/usr/share/doc/vifplugd";
/** The schema's name, by which the first line of the configuration names the schema for editors. */
const SCHEMA = "vifplugd.schema.json";

/** @param executable the path of the executable */
export async function filesFor(
  release: Release,
  target: Target,
  executable: string,
): Promise<readonly PackagedFile[]> {
  const file = (path: string) => Bun.file(join(release.root, path));
  const sha256 = await hashOf(executable);
  const configuration = await file("config/vifplugd.yaml").text();
  return [
    { archive: "vifplugd", host: "/usr/bin/vifplugd", content: Bun.file(executable), isExecutable: true },
    { archive: "vifplugd.yaml", host: null, content: configuration },
    {
      archive: "",
      host: "/etc/vifplugd/vifplugd.yaml",
      content: configuration.replace(`$schema=${SCHEMA}`, `$schema=${DOC}/${SCHEMA}`),
      isConfiguration: true,
    },
    document(SCHEMA, file(`config/${SCHEMA}`)),
    {
      archive: "vifplugd.service",
      host: "/usr/lib/systemd/system/vifplugd.service",
      content: file("config/vifplugd.service"),
    },
    document("vifplugd.openrc", file("config/vifplugd.openrc")),
    {
      archive: "vifplugd.logrotate",
      host: "/etc/logrotate.d/vifplugd",
      content: file("config/vifplugd.logrotate"),
      isConfiguration: true,
    },
    {
      archive: "completion/vifplugd.bash",
      host: "/usr/share/bash-completion/completions/vifplugd",
      content: file("config/completion/vifplugd.bash"),
    },
    {
      archive: "completion/_vifplugd",
      host: {
        deb: "/usr/share/zsh/vendor-completions/_vifplugd",
        rpm: "/usr/share/zsh/site-functions/_vifplugd",
      },
      content: file("config/completion/_vifplugd"),
    },
    ...["network-status", "system-logs"].map((kind) => ({
      archive: `bugtool/${kind}/vifplugd.xml`,
      host: `/usr/share/openvswitch/bugtool-plugins/${kind}/vifplugd.xml`,
      content: file(`config/bugtool/${kind}/vifplugd.xml`),
    })),
    ...(await manual(release)),
    document("LICENSE", ownLicence()),
    { archive: "", host: { deb: `${DOC}/copyright`, rpm: null }, content: copyright() },
    document("THIRD-PARTY.txt", thirdParties()),
    document("sbom.cdx.json", sbom({ ...release, target, sha256 })),
    ...(await documents(release.root, ["LICENSE", "THIRD-PARTY.txt"])).map(
      ({ path, content, isExecutable }) => ({ ...document(path, content), isExecutable }),
    ),
  ];
}

/** A file that goes to the documentation on a host. */
function document(archive: string, content: PackagedFile["content"]): PackagedFile {
  return { archive, host: `${DOC}/${archive}`, content };
}

async function manual(release: Release): Promise<readonly PackagedFile[]> {
  const files: PackagedFile[] = [];
  for (const page of manualPages(release.version)) {
    const text = await render(page, release.date, release.scratch);
    const name = `${page.name}.${page.section}`;
    const host = `/usr/share/man/man${page.section}/${name}.gz`;
    files.push({ archive: `man/${name}`, host: null, content: text });
    // The compressed file has neither a name nor a time in it.
    files.push({ archive: "", host, content: Bun.gzipSync(Buffer.from(text), { level: 9 }) });
  }
  return files;
}

/** The path on a host; null: packages of this kind do not install the file. */
export function hostPath({ host }: PackagedFile, kind: PackageKind): string | null {
  return host === null || typeof host === "string" ? host : host[kind];
}

/** Writes the files below a folder, each with its mode and the date. @param pathOf null: the file is left out */
export async function writeTree(
  files: readonly PackagedFile[],
  folder: string,
  date: number,
  pathOf: (file: PackagedFile) => string | null,
): Promise<void> {
  for (const file of files) {
    const path = pathOf(file);
    if (path === null || path === "") continue;
    const full = join(folder, path);
    await mkdir(dirname(full), { recursive: true });
    await Bun.write(full, file.content);
    await chmod(full, file.isExecutable === true ? 0o755 : 0o644);
  }
  await setDates(folder, date);
}

/** Gives the folder and everything below it the same date, and lets everybody enter the folders. */
export async function setDates(folder: string, date: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    await utimes(path, date, date);
  }
  await chmod(folder, 0o755);
  await utimes(folder, date, date);
}

export async function hashOf(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  return hash.digest("hex");
}

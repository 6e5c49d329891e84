/**
 * The npm packages that package-lock.json pins, with their versions and the sha512 of their archives. Only packages that go into
 * executables are read: the libraries that the program imports, and the runtimes.
 */
import lock from "../../package-lock.json";
import { targets } from "./targets.ts";

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and the hash of the archive, in base64. */
  readonly integrity: string;
  /** SPDX. */
  readonly license: string;
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  /** The folder of a package of our own. */
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const locked: Readonly<Record<string, Locked>> = lock.packages;

/** @throws when the lock file does not pin the package */
export function pinned(name: string): NpmPackage {
  const entry = locked[`node_modules/${name}`];
  const { version, integrity, license = "NOASSERTION" } = entry ?? {};
  if (version === undefined || integrity?.startsWith("sha512-") !== true) {
    throw new Error(`package-lock.json: expected a version and a sha512 of ${name}`);
  }
  return { name, version, integrity, license };
}

/** The libraries that the program imports, and their dependencies, sorted by name; without packages of our own. */
export function libraries(): readonly NpmPackage[] {
  const found = new Map<string, NpmPackage>();
  const visit = ({ dependencies = {} }: Locked): void => {
    for (const name of Object.keys(dependencies)) {
      const entry = locked[`node_modules/${name}`];
      if (entry === undefined || found.has(name)) continue;
      if (entry.link === true) visit(locked[entry.resolved ?? ""] ?? {});
      else {
        found.set(name, pinned(name));
        visit(entry);
      }
    }
  };
  visit(locked[""] ?? {});
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The names by which the sources import packages of our own. */
export function ownPackages(): readonly string[] {
  const links = Object.entries(locked).filter(([, { link }]) => link === true);
  return links.map(([path]) => path.replace("node_modules/", "")).sort();
}

/** The inputs of the executables for all targets. */
export function inputs(): readonly NpmPackage[] {
  return [...libraries(), ...targets.map(({ runtime }) => pinned(runtime))];
}

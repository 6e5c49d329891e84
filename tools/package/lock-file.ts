/**
 * What package-lock.json pins: of each npm package its version, and the sha512 that its archive must have. Only what
 * ends up in the executable is asked for here: the libraries that the program imports, and the runtimes.
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

/** @throws when the lock file does not pin it */
export function pinned(name: string): NpmPackage {
  const entry = locked[`node_modules/${name}`];
  const { version, integrity, license = "NOASSERTION" } = entry ?? {};
  if (version === undefined || integrity?.startsWith("sha512-") !== true) {
    throw new Error(`package-lock.json: expected a version and a sha512 of ${name}`);
  }
  return { name, version, integrity, license };
}

/** The libraries that the program imports, and what these depend on, by name; packages of our own are not among them. */
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

/** Packages of our own, by the names by which the sources import them. */
export function ownPackages(): readonly string[] {
  const links = Object.entries(locked).filter(([, { link }]) => link === true);
  return links.map(([path]) => path.replace("node_modules/", "")).sort();
}

/** Everything that every executable is made from. */
export function inputs(): readonly NpmPackage[] {
  return [...libraries(), ...targets.map(({ runtime }) => pinned(runtime))];
}

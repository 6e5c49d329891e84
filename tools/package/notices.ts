/** The licence texts of every executable: the copyright holders, their terms, and how to relink the executable. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import licenceList from "spdx-license-list/full.js";
import { type Component, components } from "./components.ts";

const root = join(import.meta.dir, "../..");

/** The licences of an SPDX expression, by their identifiers. */
export function licencesOf(expression: string): readonly string[] {
  return expression.split(/ AND | OR /);
}

/** @throws when `id` identifies no licence */
function licenceText(id: string): string {
  const licence = licenceList[id];
  if (licence === undefined) throw new Error(`${id}: expected an SPDX identifier`);
  return licence.licenseText.trim();
}

function describe({ name, version, licence, holder, source }: Component): string {
  return [
    `${name}${version === null ? "" : ` ${version}`}`,
    `    Copyright: ${holder}`,
    `    Licence:   ${licence}`,
    `    Source:    ${source}`,
  ].join("\n");
}

/** Our own licence. */
export function ownLicence(): string {
  return readFileSync(join(root, "LICENSE"), "utf8");
}

/** The copyright file that Debian requires of every package. */
export function copyright(): string {
  return `vifplugd is the work of its maintainers, under the Apache License, version 2.0: see LICENSE beside this file, and
/usr/share/common-licenses/Apache-2.0.

The executable contains the work of others, JavaScriptCore under the GNU Lesser General Public License among them:
THIRD-PARTY.txt beside this file says whose, under which licences, and how to relink it; sbom.cdx.json says the same for
programs.
`;
}

/** @param commit the commit of Bun, to which the versions of its parts belong */
export function thirdParties(commit = Bun.revision): string {
  const all = components();
  const ids = [...new Set(all.flatMap(({ licence }) => licencesOf(licence)))].sort();
  const texts = ids.map((id) => `${"=".repeat(78)}\n${id}\n${"=".repeat(78)}\n\n${licenceText(id)}\n`);
  return `${PREFACE.replaceAll("COMMIT", commit)}
${all.map(describe).join("\n\n")}


The texts of these licences. Where a text says <year>, <owner> or <copyright holders>, those named above are meant.

${texts.join("\n")}`;
}

const PREFACE = `What is in the executable vifplugd that is not vifplugd's own

vifplugd itself is under the Apache License, version 2.0. Most of the executable is its runtime, Bun, of commit
COMMIT, with the libraries that are linked into it; a part
without a version of its own is of the version that this commit of Bun names.

Two of these are under the GNU Lesser General Public License: WebKit, of which JavaScriptCore runs the program, and
TinyCC. You may change them and put the changed ones in the place of those in the executable:

  1. git clone https://github.com/oven-sh/bun && cd bun && git checkout COMMIT
  2. Change the library. WebKit is fetched to vendor/WebKit, the others to vendor/ as well, each at the commit that is
     named below; LICENSE.md of Bun says how to compile it with what is there ("bun run build:local").
  3. With the sources of vifplugd of the same version (vifplugd-VERSION-source.tar.zst):
     npm run build -- --runtime FILE, where FILE is the executable that step 2 made.

Everything of vifplugd is in the executable as its source and as bytecode that is made from this source, both behind
the runtime's own bytes; step 3 puts the same behind another runtime.

`;

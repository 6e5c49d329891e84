/** The software bill of materials of an executable, in CycloneDX 1.6 (ECMA-424). */
import { components } from "./components.ts";
import { libraries, type NpmPackage, pinned } from "./lock-file.ts";
import type { Target } from "./targets.ts";

export interface SbomRequest {
  readonly version: string;
  readonly commit: string;
  readonly target: Target;
  /** The SHA-256 of the executable, in hexadecimal. */
  readonly sha256: string;
  /** Seconds since the epoch. */
  readonly date: number;
}

/** The document, as JSON. The same request gives the same bytes. */
export function sbom(request: SbomRequest): string {
  const { version, commit, target, sha256, date } = request;
  const product = `pkg:generic/vifplugd@${version}?arch=${target.debian}&libc=${target.libc}`;
  const runtime = pinned(target.runtime);
  const npm = new Map([...libraries(), { ...runtime, name: "Bun" }].map((each) => [each.name, each]));
  const parts = components().map(({ name, version: own, licence, holder, source }) => {
    const archive = npm.get(name);
    return {
      type: name === "Bun" ? "platform" : "library",
      "bom-ref": `${name}@${own ?? `bun-${Bun.version}`}`,
      name,
      version: own ?? `as in Bun ${Bun.version}`,
      copyright: holder,
      licenses: [licenceOf(licence)],
      ...(archive === undefined ? {} : { purl: purlOf(archive, runtime), hashes: [sha512Of(archive)] }),
      externalReferences: [{ type: "vcs", url: source }],
    };
  });
  const own = parts.filter(({ name }) => npm.has(name)).map((part) => part["bom-ref"]);
  const linked = parts.filter(({ name }) => !npm.has(name)).map((part) => part["bom-ref"]);
  const bun = parts.find(({ name }) => name === "Bun")?.["bom-ref"] ?? "";
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(sha256)}`,
    version: 1,
    metadata: {
      timestamp: new Date(date * 1000).toISOString(),
      component: {
        type: "application",
        "bom-ref": product,
        name: "vifplugd",
        version,
        licenses: [licenceOf("Apache-2.0")],
        purl: product,
        hashes: [{ alg: "SHA-256", content: sha256 }],
        properties: [
          { name: "vifplugd:commit", value: commit },
          { name: "vifplugd:target", value: target.name },
        ],
      },
    },
    components: parts,
    dependencies: [
      { ref: product, dependsOn: own },
      { ref: bun, dependsOn: linked },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function licenceOf(expression: string) {
  return /^\S+$/.test(expression) ? { license: { id: expression } } : { expression };
}

/** The package URL of a component. Bun's is that of the npm package with the runtime for the target. */
function purlOf({ name, version }: NpmPackage, runtime: NpmPackage): string {
  const packageName = name === "Bun" ? runtime.name : name;
  return `pkg:npm/${packageName.replace("@", "%40")}@${version}`;
}

function sha512Of({ integrity }: NpmPackage) {
  const content = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex");
  return { alg: "SHA-512", content };
}

/** A UUID that follows from a hash (version 8 of RFC 9562, which has a format of our own). */
function uuidOf(hash: string): string {
  const variant = "89ab"[Number.parseInt(hash[16] ?? "0", 16) % 4];
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

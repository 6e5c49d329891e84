/** What goes with an executable: whose work is in it, the bill of materials, the manual pages. */
import { describe, expect, test } from "bun:test";
import { commands } from "../../src/cli/commands.ts";
import { components, NO_PART, RUNTIME_PARTS } from "../../tools/package/components.ts";
import { packageVersion } from "../../tools/package/deb.ts";
import { libraries, pinned } from "../../tools/package/lock-file.ts";
import { manualPages } from "../../tools/package/manual.ts";
import { thirdParties } from "../../tools/package/notices.ts";
import { ownFolders } from "../../tools/package/rpm.ts";
import { sbom } from "../../tools/package/sbom.ts";
import { hostTarget } from "../../tools/package/targets.ts";

describe("the licences", () => {
  test("cover every part that the runtime tells of, and no part that it does not have", () => {
    const known = RUNTIME_PARTS.flatMap(({ key }) => (key === undefined ? [] : [key]));
    expect([...known, ...NO_PART].sort()).toEqual(Object.keys(process.versions).sort());
  });

  test("stand with their texts beside the executable, and say how to relink it", () => {
    const text = thirdParties();
    for (const { name, holder, licence } of components()) {
      expect(text).toContain(name);
      expect(text).toContain(holder);
      expect(text).toContain(licence);
    }
    expect(text).toContain("GNU LIBRARY GENERAL PUBLIC LICENSE");
    expect(text).toContain("--runtime FILE");
    expect(text).toContain(process.versions.webkit ?? "?");
  });
});

describe("the bill of materials", () => {
  interface Bill {
    readonly metadata: { readonly component: { readonly version: string; readonly hashes: unknown } };
    readonly components: readonly { readonly name: string; readonly "bom-ref": string }[];
    readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
    readonly serialNumber: string;
  }
  const request = {
    version: "9.8.7",
    commit: "0123abc",
    target: hostTarget(),
    sha256: "ab".repeat(32),
    date: 0,
  };
  const bill: Bill = JSON.parse(sbom(request));

  test("names the executable, the libraries, the runtime and what is linked into the runtime", () => {
    expect(bill.metadata.component).toMatchObject({
      version: "9.8.7",
      hashes: [{ alg: "SHA-256", content: "ab".repeat(32) }],
    });
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(components().map(({ name }) => name));
    expect(names).toEqual(expect.arrayContaining(["Bun", ...libraries().map(({ name }) => name)]));
  });

  test("has the sha512 of everything that comes from npm", () => {
    const { integrity, version } = pinned(request.target.runtime);
    const hash = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
    const bun = bill.components.find(({ name }) => name === "Bun");
    expect(bun).toMatchObject({ version, hashes: [{ alg: "SHA-512", content: hash }] });
  });

  test("names nothing twice, depends on nothing that is not in it, and is the same each time", () => {
    const refs = bill.components.map((component) => component["bom-ref"]);
    expect(new Set(refs).size).toBe(refs.length);
    const needed = bill.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(needed.toSorted()).toEqual(refs.toSorted());
    expect(sbom(request)).toBe(sbom(request));
    expect(bill.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe("the manual pages", () => {
  const [program, configuration] = manualPages("9.8.7").map(({ source }) => source.replaceAll("\\", ""));

  test("tell of every command and its options", () => {
    for (const { name, summary, options } of commands) {
      expect(program).toContain(`*${name}`);
      expect(program?.toLowerCase()).toContain(summary.replaceAll("`", "*").toLowerCase());
      for (const option of options) expect(program).toContain(`*--${option.name}*`);
    }
    expect(program).toContain("9.8.7");
  });

  test("tell of every key of the configuration, those of a provider among them", () => {
    for (const key of [
      "ovs.remote",
      "safety.max_unplug",
      "providers[].match",
      "providers[].pf[].device",
      "providers[].sf_range",
    ]) {
      expect(configuration).toContain(`*${key}*`);
    }
  });
});

test("what comes before a version is older for the package managers, too", () => {
  expect(packageVersion("1.2.3")).toBe("1.2.3");
  expect(packageVersion("1.2.3-rc.1")).toBe("1.2.3~rc.1");
});

test("the folders of our own go with the .rpm, and no folder that every distribution has", () => {
  const paths = [
    "/usr/bin/vifplugd",
    "/etc/vifplugd/vifplugd.yaml",
    "/usr/share/doc/vifplugd/docs/nics/e810.md",
  ];
  expect(ownFolders(paths)).toEqual([
    "/etc/vifplugd",
    "/usr/share/doc/vifplugd",
    "/usr/share/doc/vifplugd/docs",
    "/usr/share/doc/vifplugd/docs/nics",
  ]);
});

/** What orchestrators and hosted CI read: well formed, and in step with the repository. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import manifest from "../../package.json";
import { parseConfig } from "../../src/config/parse.ts";
import { STEPS, stepsNamed } from "../../tools/package/release.ts";

const root = join(import.meta.dir, "../..");
const read = (path: string) => Bun.file(join(root, path)).text();
const scripts: readonly string[] = Object.keys(manifest.scripts);

/** Each `npm run NAME` in a text. */
function scriptsIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/npm run (?:--silent )?([a-z0-9:]+)/g), ([, name = ""]) => name);
}

describe("the DaemonSet", () => {
  interface Mount {
    readonly name: string;
    readonly mountPath: string;
  }
  interface Manifest {
    readonly kind: string;
    readonly data?: Readonly<Record<string, string>>;
    readonly spec?: {
      readonly selector: { readonly matchLabels: object };
      readonly template: {
        readonly metadata: { readonly labels: object };
        readonly spec: {
          readonly containers: readonly { readonly volumeMounts: readonly Mount[] }[];
          readonly volumes: readonly {
            readonly name: string;
            readonly hostPath?: { readonly path: string };
          }[];
        };
      };
    };
  }

  async function documents(): Promise<readonly Manifest[]> {
    return parseAllDocuments(await read("config/appliance/daemonset.yaml")).map((each) => {
      expect(each.errors).toEqual([]);
      return each.toJS();
    });
  }

  test("selects its own pods, and mounts only volumes that it has", async () => {
    const spec = (await documents()).find(({ kind }) => kind === "DaemonSet")?.spec;
    expect(spec?.template.metadata.labels).toMatchObject(spec?.selector.matchLabels ?? { none: true });
    const volumes = spec?.template.spec.volumes.map(({ name }) => name) ?? [];
    for (const { volumeMounts } of spec?.template.spec.containers ?? []) {
      for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
  });

  test("mounts each folder of sockets at /run and at /var/run, which the image does not link", async () => {
    const pod = (await documents()).find(({ kind }) => kind === "DaemonSet")?.spec?.template.spec;
    const mounts = pod?.containers.flatMap(({ volumeMounts }) => volumeMounts) ?? [];
    const folders = pod?.volumes.flatMap(({ name, hostPath }) =>
      hostPath === undefined ? [] : [{ name, ...hostPath }],
    );
    expect(folders?.map(({ path }) => path)).toEqual(["/run/openvswitch", "/run/ovn"]);
    for (const { name, path } of folders ?? []) {
      const places = mounts.filter((mount) => mount.name === name).map(({ mountPath }) => mountPath);
      expect(places).toEqual([path, `/var${path}`]);
    }
  });

  test("brings a configuration that is valid", async () => {
    const text = (await documents()).find(({ kind }) => kind === "ConfigMap")?.data?.["vifplugd.yaml"] ?? "";
    expect(parseConfig(text, "vifplugd.yaml")).toMatchObject({ ok: true });
  });
});

test("hosted CI runs scripts that there are, and .ci/run", async () => {
  const text = await read(".github/workflows/ci.yml");
  const { jobs }: { jobs: Record<string, { strategy?: { matrix: { script: string[] } } }> } = parse(text);
  const matrix = Object.values(jobs).flatMap((job) => job.strategy?.matrix.script ?? []);
  const named = [...matrix, ...scriptsIn(text)];
  expect(matrix).not.toBeEmpty();
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  expect(text).toContain("run: .ci/run");
});

test("a release goes through scripts that there are, and an unknown step lists the known", () => {
  const named = STEPS.flatMap(({ commands }) => commands.flatMap(scriptsIn));
  expect(named).toContain("check");
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  expect(stepsNamed(["check"])).toHaveLength(1);
  expect(() => stepsNamed(["chekc"])).toThrow("expected some of tree, check");
});

test("pages name scripts that there are", async () => {
  for (const page of ["docs/install.md", "docs/appliance.md", "docs/releasing.md", "docs/stability.md"]) {
    const named = scriptsIn(await read(page));
    expect({ page, unknown: named.filter((name) => !scripts.includes(name)) }).toEqual({ page, unknown: [] });
  }
});

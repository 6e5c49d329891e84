/** A provider that is linked into an executable of one's own (contract section 7), built and run on a real chassis. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../../build.ts";
import { version } from "../../../package.json";
import { baseConfig, startDaemon } from "../../../tools/chassis/daemon.ts";
import { sourceTree } from "../../../tools/package/sources.ts";
import { startHypervisor } from "../support/hypervisor.ts";

const root = join(import.meta.dir, "../../..");
let outDir = "";
let executable = "";
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "vifplugd-linked-"));
  const providers = [join(root, "examples/provider-linked/veth.ts")];
  executable = await build({ entry: join(root, "src/main.ts"), outDir, providers });
});
afterAll(() => rm(outDir, { recursive: true }));

function output(...args: readonly string[]): string {
  return outputOf([executable, ...args]);
}

function outputOf(command: readonly string[], cwd?: string): string {
  const { stdout, stderr } = Bun.spawnSync([...command], cwd === undefined ? {} : { cwd });
  return `${stdout}${stderr}`;
}

test("it is listed, and named by the version", () => {
  expect(output("providers")).toContain("veth: the host's end of a container's veth pair");
  expect(JSON.parse(output("version", "--json")).linked).toEqual(["veth"]);
});

test("its options are checked with the rest of the file", async () => {
  const file = join(outDir, "vifplugd.yaml");
  await Bun.write(file, "providers:\n  - type: veth\n    options:\n      prefix: 7\n");
  expect(output("check", "--config", file)).toContain(`${file}:4:15: providers.0.options.prefix: `);
  await Bun.write(file, "providers:\n  - type: veth\n    options: { colour: red }\n");
  expect(output("check", "--config", file)).toContain("providers.0.options.colour: unknown key");
});

test("it plugs, and a change of its options takes effect", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const { chassis } = hv;
  const config = (prefix: string) => ({
    ...baseConfig(chassis),
    providers: [{ type: "dummy" }, { type: "veth", options: { prefix } }],
  });
  const daemon = await startDaemon({ chassis, program: executable, config: config("a-") });
  await daemon.waitLog(/OVN_Southbound: in sync/);
  await hv.addLport("web1", { "vif-plug-type": "veth" });
  await hv.interface("a-web1");
  await Bun.write(join(chassis.dir, "vifplugd.yaml"), JSON.stringify(config("b-")));
  daemon.kill("SIGHUP");
  await hv.interface("b-web1");
  await hv.gone("a-web1");
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

test("the released sources, which are no repository, link a provider that lies beside them, with its own modules", async () => {
  const release = { version, commit: "released0000", date: 0, root, scratch: join(outDir, "release") };
  const tree = await sourceTree(release);
  await symlink(join(root, "node_modules"), join(tree, "node_modules"));
  const own = join(outDir, "own");
  await mkdir(join(own, "node_modules/acme-sdk"), { recursive: true });
  await Bun.write(join(own, "node_modules/acme-sdk/index.js"), `export const PREFIX = "acme-";\n`);
  await Bun.write(
    join(own, "acme.ts"),
    `import { PREFIX } from "acme-sdk";
import type { Provider } from "vifplugd-provider";

export default {
  type: "acme",
  summary: \`interfaces that begin with \${PREFIX}\`,
  prepare: ({ operation, lport }) =>
    operation === "remove" ? { ready: true } : { ready: true, interface: { name: PREFIX + lport.name } },
} satisfies Provider;
`,
  );
  const command = [
    process.execPath,
    "run",
    join(tree, "build.ts"),
    "--provider",
    "./acme.ts",
    "--out",
    "dist",
  ];
  expect(outputOf(command, own)).toContain("dist/vifplugd");
  const built = join(own, "dist/vifplugd");
  expect(outputOf([built, "providers"])).toContain("acme: interfaces that begin with acme-");
  expect(JSON.parse(outputOf([built, "version", "--json"]))).toMatchObject({
    commit: "released0000",
    linked: ["acme"],
  });
});

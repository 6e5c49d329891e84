/** A provider that is linked into an executable of one's own (contract section 7), built and run on a real chassis. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../../build.ts";
import { baseConfig, startDaemon } from "../../../tools/chassis/daemon.ts";
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
  const { stdout, stderr } = Bun.spawnSync([executable, ...args]);
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

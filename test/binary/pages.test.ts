/** The pages in docs/ show what the executable prints; here is what can be held to the letter. */
import { expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { commands } from "../../src/cli/commands.ts";
import { startHypervisor } from "../integration/support/hypervisor.ts";
import { unhurried } from "./support/unhurried.ts";
import { Folder } from "./support/vifplugd.ts";

const page = (name: string) => Bun.file(join(import.meta.dir, "../../docs", name)).text();
const operating = await page("operating.md");
const configuration = await page("configuration.md");

/** What a page shows below a command's prompt. */
function shown(text: string, command: string): string {
  const start = text.indexOf(`\n$ ${command}\n`);
  if (start < 0) throw new Error(`no page shows ${command}`);
  const [, output = ""] = text.slice(start).split(`$ ${command}\n`, 2);
  return output.slice(0, output.indexOf("\n```") + 1);
}

test("vifplugd providers", async () => {
  await using folder = await Folder.make();
  expect((await folder.run("providers")).stdout).toBe(shown(operating, "vifplugd providers"));
});

test("vifplugd check", async () => {
  await using folder = await Folder.make();
  await folder.write("bad.yaml", "ovs:\n  brige: br-int\nlog: { level: loud }\n");
  const { stdout } = await folder.run("check", "--config", "bad.yaml");
  expect(stdout).toBe(shown(configuration, "vifplugd check --config bad.yaml"));
});

test("ovs-appctl inc-engine/show-stats, block by block", async () => {
  await using hypervisor = await startHypervisor();
  const args = ["inc-engine/show-stats", "plug"];
  const blocks = (text: string) => text.match(/^\S.*:/gm) ?? [];
  const real = blocks(await hypervisor.chassis.appctl("vifplugd", ...args));
  expect(real).toContain("Last recomputes and their reasons:");
  expect(blocks(shown(operating, `ovs-appctl -t vifplugd ${args.join(" ")}`))).toEqual(real);
});

test.each(commands.map(({ name }) => name))("%s is in the table of commands", (name) => {
  expect(operating).toMatch(new RegExp(`^\\| .*\`vifplugd ${name}\\b.*\\|`, "m"));
});

/** What `providers check` says of a provider whose configuration is in the folder. */
function checked(folder: Folder, type: string) {
  return unhurried(
    () => folder.run("providers", "check", type, "--config", `${type}.yaml`),
    ({ stdout, stderr }) => `${stdout}${stderr}`,
  );
}

test("the provider of ten lines keeps to the contract", async () => {
  const [, program = ""] = /^```python\n(.*?)^```$/ms.exec(await page("providers.md")) ?? [];
  await using folder = await Folder.make();
  const file = join(folder.path, "acme");
  await folder.write("acme", program);
  await chmod(file, 0o755);
  await folder.write("acme.yaml", `providers: [{ type: acme, command: [${file}] }]\n`);
  const { code, stdout } = await checked(folder, "acme");
  expect({ code, failed: stdout.match(/^FAIL.*$/gim) ?? [] }).toEqual({ code: 0, failed: [] });
});

test("and so does what is built in and asks nobody", async () => {
  await using folder = await Folder.make();
  await folder.write("dummy.yaml", "providers: [{ type: dummy }]\n");
  const { code, stdout } = await checked(folder, "dummy");
  expect({ code, failed: stdout.match(/^FAIL.*$/gim) ?? [] }).toEqual({ code: 0, failed: [] });
});

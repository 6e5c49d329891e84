/** `vifplugd bugreport`: the file that somebody attaches to a report. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { configPath } from "../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { Folder } from "./support/vifplugd.ts";

let hypervisor: Hypervisor;
let folder: Folder;
let reports: string;

beforeAll(async () => {
  reports = await mkdtemp(join(tmpdir(), "report-"));
  folder = await Folder.make();
  hypervisor = await startHypervisor({
    config: {
      providers: [
        { type: "dummy" },
        { type: "representor", devices: [{ device: "pci/0000:03:00.0", vf_base: 1 }] },
      ],
    },
  });
  await hypervisor.addPlugged("lsp1");
  await hypervisor.addLport("lsp2", { "vif-plug-type": "https://user:word@host/x" });
  await hypervisor.settle();
});

afterAll(async () => {
  await hypervisor.stop();
  await folder[Symbol.asyncDispose]();
  await rm(reports, { recursive: true });
});

async function report(name: string, config: string): Promise<string> {
  const file = join(reports, name);
  expect(await folder.run("bugreport", file, "--config", config)).toMatchObject({ code: 0 });
  return gunzipSync(await Bun.file(file).bytes()).toString();
}

test("says what the program is, what it is configured to, and all that the daemon tells of itself", async () => {
  const text = await report("whole.gz", configPath(hypervisor.chassis));
  const titles = [...text.matchAll(/^== (.*)$/gm)].map(([, title]) => title);
  expect(titles.slice(0, 3)).toEqual(["program", "configuration, as it is on disk now", "plug/status json"]);
  expect(text).toContain(`now\n${configPath(hypervisor.chassis)}\n{`);
  expect(titles).toContain("log/tail 1000");
  expect(titles).toContain("plug/explain lsp2 json");
  expect(titles).not.toContain("plug/explain lsp1 json");
  expect(text).not.toContain("refused: ");
  expect(text).not.toContain("no answer: ");
  expect((await stat(join(reports, "whole.gz"))).mode & 0o777).toBe(0o600);
});

test("holds neither what a provider is given nor the user part of a URL", async () => {
  const text = await report("secrets.gz", configPath(hypervisor.chassis));
  expect(text).toContain('"devices": "***"');
  expect(text).not.toContain("0000:03:00.0");
  expect(text).toContain("https://***@host/x");
  expect(text).not.toContain("user:word");
});

test("is written when no daemon answers and when the configuration is not valid, and says so", async () => {
  const config = join(reports, "config.yaml");
  await writeFile(config, `run_dir: ${reports}\n`);
  expect(await report("alone.gz", config)).toMatch(/== plug\/status json\nno answer: /);
  await writeFile(config, "nonsense: 1\n");
  expect(await report("invalid.gz", config)).toMatch(/== configuration.*\n.*config\.yaml:1:1: /);
});

test("waits once for a daemon that hangs, and says what it was not asked", async () => {
  const { daemon, chassis } = hypervisor;
  daemon.kill("SIGSTOP");
  try {
    const text = await report("hangs.gz", configPath(chassis));
    expect(text.match(/^no answer: /gm)).toHaveLength(1);
    expect(text).toMatch(/^== not asked, because the daemon does not answer\nconnection-status\n/m);
  } finally {
    daemon.kill("SIGCONT");
  }
}, 60_000);

test("writes over no file", async () => {
  const file = join(reports, "there");
  await writeFile(file, "mine");
  const { code, stderr } = await folder.run("bugreport", file, "--config", configPath(hypervisor.chassis));
  expect(code).toBe(1);
  expect(stderr).toContain("cannot write the report");
  expect(await Bun.file(file).text()).toBe("mine");
  expect((await readdir(reports)).includes("there")).toBe(true);
});

/** Whatever the executable prints with `--json` is as its JSON Schema says, and no key of it is left out there. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { JSON_OPTION } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { JSON_OUTPUTS } from "../../src/view/shapes.ts";
import { configPath } from "../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { faultsOf } from "../support/json-output.ts";
import { Folder } from "./support/vifplugd.ts";

let hypervisor: Hypervisor;
let folder: Folder;

beforeAll(async () => {
  folder = await Folder.make();
  hypervisor = await startHypervisor({ config: { metrics: { listen: "127.0.0.1:0" } } });
  await hypervisor.addPlugged("plugged");
  await hypervisor.addPlugged("changed");
  await hypervisor.addPlugged("removed");
  await hypervisor.addLport("unheard-of", { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
});

afterAll(async () => {
  await hypervisor.stop();
  await folder[Symbol.asyncDispose]();
});

async function printed(...args: readonly string[]): Promise<unknown> {
  const { code, stdout } = await folder.run(...args, "--json");
  expect([0, 2]).toContain(code);
  return JSON.parse(stdout);
}

const config = () => ["--config", configPath(hypervisor.chassis)];

const checked = new Set<string>();
function holds(name: string, content: unknown): void {
  checked.add(name);
  expect(faultsOf(name, content)).toEqual([]);
}

test.each([[[]], [["--state", "trouble"]], [["--lport", "nobody"]]])("status %j", async (args) => {
  holds("status", await printed("status", ...args, ...config()));
});

test.each(["plugged", "unheard-of"])("explain, of a port that is %s", async (lport) => {
  holds("explain", await printed("explain", lport, ...config()));
});

test("plan, with what the daemon would do that cannot", async () => {
  // By its kernel, so that the databases and the rest of the chassis go on.
  hypervisor.daemon.kill("SIGSTOP");
  try {
    await hypervisor.setLport("changed", { "vif-plug-mtu-request": "1400" });
    await hypervisor.deleteLport("removed");
    await hypervisor.addLport("added");
    await hypervisor.chassis.nbctl("--wait=sb", "sync");
    const plan = await printed("plan", ...config());
    expect(plan).toMatchObject({
      changes: [{ change: "create" }, { change: "update" }, { change: "remove" }],
      ports: [{ lport: "plugged" }, { state: "no-provider" }],
    });
    holds("plan", plan);
  } finally {
    hypervisor.daemon.kill("SIGCONT");
  }
});

test("version", async () => holds("version", await printed("version")));

test("providers", async () => holds("providers", await printed("providers", ...config())));

test("providers check TYPE", async () => {
  const lport = ["--lport", "web1 vif-plug-type=dummy"];
  holds("providers-check", await printed("providers", "check", "dummy", ...lport, ...config()));
});

test("providers representor ports", async () => {
  holds("representor-ports", await printed("providers", "representor", "ports", ...config()));
});

test("status of a daemon that knows nothing yet", async () => {
  await using other = await startHypervisor();
  await other.chassis.stop("ovnsb_db");
  await other.daemon.waitLog(/OVN_Southbound: not connected/);
  const { stdout } = await folder.run("status", "--json", "--config", configPath(other.chassis));
  const status: unknown = JSON.parse(stdout);
  expect(status).toMatchObject({ ready: false });
  holds("status", status);
});

test("every shape was printed, and every command with --json has one", () => {
  expect([...checked].sort()).toEqual(JSON_OUTPUTS.map(({ name }) => name).sort());
  const withJson = commands.filter(({ options }) => options.includes(JSON_OPTION)).map(({ name }) => name);
  const shaped = new Set(JSON_OUTPUTS.map(({ command }) => command.split(" ", 1)[0]));
  expect([...shaped].sort()).toEqual(withJson.sort());
});

test("a key that no schema tells of, and one that is missing, are found", () => {
  expect(faultsOf("providers-check", { type: "x", findings: [], more: 1 }).join("\n")).toContain("more");
  expect(faultsOf("providers-check", { type: "x" }).join("\n")).toContain("findings");
  const finding = { check: "c", passed: null, detail: "", more: 1 };
  expect(faultsOf("providers-check", { type: "x", findings: [finding] }).join("\n")).toContain("more");
});

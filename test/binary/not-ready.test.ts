/** A chassis on which something is missing: log, `status`, `plan` and `/readyz` say what, and none looks like success. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { baseConfig, configPath } from "../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { Folder } from "./support/vifplugd.ts";

interface Missing {
  readonly what: string;
  /** Takes it away. */
  readonly take: (hypervisor: Hypervisor) => Promise<unknown>;
  readonly config?: object;
  readonly words: string;
}

const unset = (key: string) => (hypervisor: Hypervisor) =>
  hypervisor.chassis.vsctl("--no-wait", "remove", "Open_vSwitch", ".", "external_ids", key);

const missing: readonly Missing[] = [
  {
    what: "the integration bridge",
    take: async () => {},
    config: { ovs: { bridge: "br-none" } },
    words: "there is no integration bridge br-none: add it (ovs-vsctl add-br br-none)",
  },
  {
    what: "the chassis name",
    take: unset("system-id"),
    words: "no chassis name is known: set external_ids:system-id in Open_vSwitch",
  },
  {
    what: "the Southbound's remote",
    take: unset("ovn-remote"),
    words: "no Southbound remote: set southbound.remote, or external_ids:ovn-remote",
  },
];

/** The text as one line, as it was before it was made to fit. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

test.each(missing)(
  "$what",
  async ({ take, config: more = {}, words }) => {
    await using folder = await Folder.make();
    await using hypervisor = await startHypervisor({ daemon: false });
    const { chassis } = hypervisor;
    await hypervisor.addLport("lsp1");
    await chassis.nbctl("--wait=hv", "sync");
    await take(hypervisor);
    const base = baseConfig(chassis);
    const config = { ...base, metrics: { listen: "127.0.0.1:0" }, ...more };
    if ("ovs" in more) Object.assign(config, { ovs: { ...base.ovs, bridge: "br-none" } });
    const daemon = await hypervisor.launchDaemon(config);
    const line = await daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
    await daemon.waitLog(new RegExp(` warn (plug|ovsdb): ${RegExp.escape(words)}`));

    const file = configPath(chassis);
    const status = await folder.run("status", "--config", file);
    expect(unwrapped(status.stdout)).toMatch(
      new RegExp(`^vifplugd [\\d.]+, not ready: ${RegExp.escape(words)}`),
    );
    expect(status.stdout).not.toContain("no port is wanted");
    const { ready, reason } = JSON.parse((await folder.run("status", "--json", "--config", file)).stdout);
    expect({ ready, reason }).toEqual({ ready: false, reason: expect.stringContaining(words) });

    const readyz = await fetch(`http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}/readyz`);
    expect(readyz.status).toBe(503);
    expect(await readyz.text()).toStartWith(`not ready: ${words}`);

    const plan = await folder.run("plan", "--config", file);
    expect({ code: plan.code, stdout: plan.stdout }).toEqual({ code: 1, stdout: "" });
    expect(plan.stderr).toStartWith(`vifplugd: plan: ${words}`);
    expect(daemon.lines.filter((each) => each.includes(words))).toHaveLength(1);
  },
  60_000,
);

test("a database that is not there is shown with its remote and its error, as text and as JSON", async () => {
  await using folder = await Folder.make();
  const remote = `unix:${join(folder.path, "none.sock")}`;
  const config = await folder.write(
    "vifplugd.yaml",
    JSON.stringify({ ovs: { remote }, run_dir: folder.path, providers: [{ type: "dummy" }] }),
  );
  const daemon = folder.start("run", "--config", config);
  try {
    await daemon.waitLog(/Open_vSwitch: not connected/);
    const text = await folder.run("status", "--config", config);
    expect(unwrapped(text.stdout)).toMatch(
      new RegExp(`Open_vSwitch (disconnected ${remote}: .*ENOENT|connecting ${remote})`),
    );
    const json = JSON.parse((await folder.run("status", "--json", "--config", config)).stdout);
    expect(json.reason).toBe("the local Open_vSwitch database is not connected");
    expect(json.connections.ovs).toMatchObject({ remote });
  } finally {
    await daemon.stop();
  }
});

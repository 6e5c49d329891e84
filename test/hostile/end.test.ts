/** Faults outside of any call, and the end: it comes, with exit 0, whatever a provider, a database or a client does. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { controlSocketPath } from "../../src/control/client.ts";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";
import { Folder } from "../binary/support/vifplugd.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { Crowd } from "./support/crowds.ts";
import { buildStraying } from "./support/straying-executable.ts";

/** Ten times what the end may take: SIGKILL comes then. */
const END_MS = 50_000;

let folder: Folder;
let program = "";
beforeAll(async () => {
  folder = await Folder.make();
  program = await buildStraying(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

async function startStraying(hypervisor: Hypervisor) {
  const { chassis } = hypervisor;
  const config = {
    ...baseConfig(chassis),
    providers: [{ type: "dummy" }, { type: "straying" }],
    metrics: { listen: "127.0.0.1:0" },
  };
  const daemon = await startDaemon({ chassis, program, config });
  await Promise.all([daemon.waitLog(/: holding the lock/), daemon.waitLog(/OVN_Southbound: in sync/)]);
  const line = await daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
  const port = Number(/port (\d+)/.exec(line)?.[1]);
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return { daemon, metrics };
}

describe("a provider that throws outside of a call", () => {
  test("is told of by name, every other port goes on, and SIGTERM exits 0", async () => {
    await using hypervisor = await startHypervisor({ daemon: false });
    const { daemon, metrics } = await startStraying(hypervisor);
    for (const how of ["timer", "immediate", "promise", "async"]) {
      await hypervisor.addLport(how, { "vif-plug-type": "straying", stray: how });
      await daemon.waitLog(
        new RegExp(` warn provider: straying: threw outside of a call: strayed for ${how}`),
      );
      await hypervisor.interface(how);
    }
    await hypervisor.addLport("other");
    await hypervisor.interface("other");
    expect(await metrics()).toContain("vifplugd_internal_errors_total 0\n");
    expect(daemon.lines.filter((line) => !/^\d{4}-\d\d-\d\dT/.test(line))).toEqual([]);
    expect(await daemon.stop("SIGTERM", END_MS)).toEqual({ code: 0, signal: null });
  });

  test("an error that is nobody's is logged with its stack, counted, and healed by a recompute", async () => {
    await using hypervisor = await startHypervisor({ daemon: false });
    const { daemon, metrics } = await startStraying(hypervisor);
    daemon.kill("SIGUSR2");
    await daemon.waitLog(
      / error daemon: internal error, please report it: Error: nobody's fault\s+at .*nobody/,
    );
    expect(await metrics()).toContain("vifplugd_internal_errors_total 1\n");
    await hypervisor.addLport("after");
    await hypervisor.interface("after");
    const recomputes = async () => hypervisor.chassis.appctl("vifplugd", "inc-engine/show-stats", "plug");
    while (!(await recomputes()).includes("an internal error")) await Bun.sleep(50);
    expect(await daemon.stop("SIGTERM", END_MS)).toEqual({ code: 0, signal: null });
  });
});

describe("the end comes when", () => {
  test("a provider does not return from its last call", async () => {
    await using hypervisor = await startHypervisor({ daemon: false });
    const { daemon } = await startStraying(hypervisor);
    await hypervisor.addLport("hangs", { "vif-plug-type": "straying", stray: "end" });
    await hypervisor.interface("hangs");
    // Nobody is left to choose an exit code.
    expect(await daemon.stop("SIGTERM", END_MS)).toEqual({ code: null, signal: "SIGALRM" });
  });

  test("both databases hang, and clients neither read nor hang up", async () => {
    await using hypervisor = await startHypervisor({ daemon: false });
    const { chassis } = hypervisor;
    const { daemon } = await startStraying(hypervisor);
    await hypervisor.addPlugged("first");
    const control = controlSocketPath(chassis.runDir, daemon.pid);
    await using _deaf = await Crowd.gather("deaf", control, 30, 500);
    await using _half = await Crowd.gather("half", control, 30);
    const client = connect(control);
    client.on("error", () => {});
    for (const name of ["ovsdb-server", "ovnsb_db"] as const) chassis.program(name).kill("SIGSTOP");
    try {
      expect(await daemon.stop("SIGTERM", END_MS)).toEqual({ code: 0, signal: null });
    } finally {
      for (const name of ["ovsdb-server", "ovnsb_db"] as const) chassis.program(name).kill("SIGCONT");
      client.destroy();
    }
  });
});

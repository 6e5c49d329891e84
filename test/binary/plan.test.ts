/** `vifplugd plan` on a real chassis: it says what `run` would change, and changes nothing. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { isRecord } from "../../src/unknown.ts";
import { baseConfig } from "../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { type Message, ProxyServer } from "../ovsdb-jsonrpc/support/proxy.ts";
import { Folder } from "./support/vifplugd.ts";

/** The configuration of `vifplugd run` on that chassis, in a file, but for what is given. */
function writeConfig(folder: Folder, { chassis }: Hypervisor, more: object = {}): Promise<string> {
  const config = { ...baseConfig(chassis), providers: [{ type: "dummy" }], ...more };
  return folder.write("plan.yaml", JSON.stringify(config));
}

describe("plan", () => {
  test("says before the first run what that will do, and then that nothing is left to do", async () => {
    await using folder = await Folder.make();
    await using hypervisor = await startHypervisor({ daemon: false });
    await hypervisor.addLports({
      lsp1: { "vif-plug-mtu-request": "1400" },
      lsp2: { "vif-plug-type": "unheard-of" },
    });
    await hypervisor.chassis.nbctl("--wait=hv", "sync");
    const config = await writeConfig(folder, hypervisor);
    const before = await hypervisor.chassis.dump("Open_vSwitch");

    const text = await folder.run("plan", "--config", config);
    expect(text).toEqual({
      code: 2,
      stderr: "",
      stdout: [
        "+ lsp1: plug interface lsp1 (dummy)",
        '      type="internal"',
        "      mtu_request=1400",
        "      options:vif-plug-dummy-option=value",
        "",
        '! lsp2: no-provider: no enabled provider answers to plug type "unheard-of"; add',
        "        one under providers",
        "",
        "chassis hv1, bridge br-int: 1 change, 0 ports in place",
        "",
      ].join("\n"),
    });
    const json = await folder.run("plan", "--json", "--config", config);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toEqual({
      version: expect.any(String),
      chassis: "hv1",
      bridge: "br-int",
      changes: [
        {
          lport: "lsp1",
          type: "dummy",
          reason: null,
          change: "create",
          interface: "lsp1",
          interface_type: "internal",
          options: { "vif-plug-dummy-option": "value" },
          other_config: {},
          mtu_request: 1400,
        },
      ],
      ports: [
        {
          lport: "lsp2",
          type: "unheard-of",
          state: "no-provider",
          interface: null,
          reason: expect.stringContaining("unheard-of"),
        },
      ],
    });
    expect(await hypervisor.chassis.dump("Open_vSwitch")).toBe(before);

    await hypervisor.startDaemon();
    await hypervisor.installed("lsp1");
    const after = await folder.run("plan", "--config", config);
    expect(after.stdout).toEndWith("chassis hv1, bridge br-int: 0 changes, 1 port in place\n");
    expect(after.code).toBe(0);
  });

  test("shows what taking over from another program comes to", async () => {
    await using folder = await Folder.make();
    await using hypervisor = await startHypervisor({ daemon: false });
    await hypervisor.addLports({ alike: {}, differs: {}, theirs: {} });
    await hypervisor.chassis.nbctl("--wait=hv", "sync");
    const plugged = (lport: string) => [`external_ids:iface-id=${lport}`, "external_ids:ovn-plugged=dummy"];
    const option = "options:vif-plug-dummy-option=value";
    await hypervisor.addInterface("br-int", "alike", ...plugged("alike"), option);
    await hypervisor.addInterface("br-int", "differs", ...plugged("differs"));
    await hypervisor.addInterface("br-int", "theirs", "external_ids:iface-id=theirs");
    await hypervisor.addInterface("br-int", "left", ...plugged("left"), option);
    const { stdout, code } = await folder.run("plan", "--config", await writeConfig(folder, hypervisor));
    expect(code).toBe(2);
    expect(stdout).toStartWith(
      [
        "~ differs: update interface differs",
        '      options:vif-plug-dummy-option: (absent) -> "value"',
        "- left: unplug interface left: ",
      ].join("\n"),
    );
    expect(stdout).toMatch(/^! theirs: foreign: /m);
    expect(stdout).toEndWith("2 changes, 1 port in place\n");
  });

  test("shows, beside a daemon that is held up, what is to be updated, replaced and unplugged", async () => {
    await using folder = await Folder.make();
    await using hypervisor = await startHypervisor();
    await hypervisor.addPlugged("lsp1");
    await hypervisor.addPlugged("lsp2");
    hypervisor.daemon.kill("SIGSTOP");
    try {
      await hypervisor.setLport("lsp1", { "vif-plug-mtu-request": "1300" });
      await hypervisor.deleteLport("lsp2");
      await hypervisor.chassis.nbctl("--wait=hv", "sync");
      const { stdout, code } = await folder.run("plan", "--config", await writeConfig(folder, hypervisor));
      expect(code).toBe(2);
      expect(stdout).toContain(
        "~ lsp1: update interface lsp1\n      mtu_request: (absent) -> 1300\n- lsp2: unplug interface lsp2",
      );
    } finally {
      hypervisor.daemon.kill("SIGCONT");
    }
  });

  test("asks its databases for nothing but what can be read, and takes no lock", async () => {
    await using folder = await Folder.make();
    await using hypervisor = await startHypervisor({ daemon: false });
    const { chassis } = hypervisor;
    await hypervisor.addLport("lsp1");
    await chassis.nbctl("--wait=hv", "sync");
    const methods = new Set<string>();
    const operations = new Set<unknown>();
    const fromClient = ({ method, params }: Message) => {
      if (method !== undefined) methods.add(method);
      // A transaction of nothing but selects reads.
      if (method === "transact" && Array.isArray(params)) {
        for (const operation of params.slice(1))
          operations.add(isRecord(operation) ? operation.op : operation);
      }
      return "pass" as const;
    };
    await using local = await ProxyServer.start(chassis.ovsSock, { fromClient });
    await using southbound = await ProxyServer.start(chassis.sbSock, { fromClient });
    const config = await writeConfig(folder, hypervisor, {
      ovs: { remote: local.remote },
      southbound: { remote: southbound.remote },
    });
    expect((await folder.run("plan", "--config", config)).code).toBe(2);
    const harmless = [
      "echo",
      "get_schema",
      "get_server_id",
      "list_dbs",
      "monitor_cancel",
      "set_db_change_aware",
    ];
    const reading = ["transact", "monitor", "monitor_cond", "monitor_cond_change", "monitor_cond_since"];
    expect([...methods].filter((method) => ![...harmless, ...reading].includes(method))).toEqual([]);
    expect(methods).toContain("monitor_cond_since");
    expect([...operations]).toEqual(["select"]);
  });

  test("fails, and says what is missing, when a database is not there", async () => {
    await using folder = await Folder.make();
    const config = await folder.write(
      "plan.yaml",
      JSON.stringify({ ovs: { remote: `unix:${join(folder.path, "none.sock")}` }, run_dir: folder.path }),
    );
    const { code, stdout, stderr } = await folder.run("plan", "--config", config);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^vifplugd: plan: the local Open_vSwitch database is not connected; .*none\.sock/);
  });

  test("does not try with a configuration that is not valid", async () => {
    await using folder = await Folder.make();
    const config = await folder.write("plan.yaml", "chasis: hv1\n");
    const { code, stderr } = await folder.run("plan", "--config", config);
    expect(code).toBe(1);
    expect(stderr).toStartWith(`${config}:1:1: chasis: unknown key: `);
  });
});

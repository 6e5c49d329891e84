/** What is secret stays where it is: the log at its most talkative, and every answer, are without it. */
import { expect, test } from "bun:test";
import { configPath } from "../../tools/chassis/daemon.ts";
import { startHypervisor } from "../integration/support/hypervisor.ts";
import { Folder } from "./support/vifplugd.ts";

const SECRET = "s3cr3t-n0b0dy-kn0ws";

test("keys and other programs' data are not in the log, nor in what the daemon answers", async () => {
  await using folder = await Folder.make();
  await using hypervisor = await startHypervisor({ daemon: false });
  const { chassis } = hypervisor;
  // A key that is no key: the session fails on it, and says so.
  const key = await folder.write(
    "key.pem",
    `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`,
  );
  await chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:password=${SECRET}`);
  const first = await hypervisor.startDaemon({ log: { level: "debug" } });
  const lsp1 = await hypervisor.addPlugged("lsp1", { password: SECRET });
  await hypervisor.setInterface(lsp1.name, `external_ids:password=${SECRET}`, `options:password=${SECRET}`);
  await hypervisor.setLport("lsp1", { "vif-plug-mtu-request": "1300" });
  await hypervisor.interface("lsp1", ({ mtu_request }) => mtu_request === 1300);
  await hypervisor.settle();

  const answers = [
    await chassis.appctl("vifplugd", "plug/status"),
    await chassis.appctl("vifplugd", "plug/explain", "lsp1", "json"),
    await chassis.appctl("vifplugd", "inc-engine/show-stats"),
    (await folder.run("plan", "--json", "--config", configPath(chassis))).stdout,
  ];
  const tls = { private_key: key, certificate: key, ca_cert: key };
  await first.stop();
  const daemon = await hypervisor.launchDaemon({
    log: { level: "debug" },
    southbound: { remote: "ssl:127.0.0.1:1", ...tls },
  });
  await daemon.waitLog(/OVN_Southbound: not connected/);
  await daemon.stop();

  const log = [...first.lines, ...daemon.lines];
  expect(log.some((line) => / debug /.test(line))).toBe(true);
  expect([...log, ...answers].filter((text) => text.includes(SECRET))).toEqual([]);
});

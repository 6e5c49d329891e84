// What the real ovs-bugtool takes along of vifplugd.
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { executable } from "../../tools/chassis/daemon.ts";
import { run } from "../../tools/chassis/program.ts";
import { startHypervisor } from "./support/hypervisor.ts";

const config = join(import.meta.dir, "../../config/bugtool");

/** In mounts of its own: the plug-ins where ovs-bugtool looks for them, and the executable on its PATH. */
const SCRIPT = `
mount -t tmpfs tmpfs /usr/share/openvswitch/bugtool-plugins
cp -r "$1"/. /usr/share/openvswitch/bugtool-plugins
mount -t tmpfs tmpfs /usr/local/sbin
ln -s "$2" /usr/local/sbin/vifplugd
mount -t tmpfs tmpfs /var/log
echo 'a line of the log' >/var/log/vifplugd.log
exec ovs-bugtool --ovs --entries=network-status,system-logs --yestoall --silent --output=tar --outfile="$3"
`;

test("ovs-bugtool takes along the status, the bug report and the log", async () => {
  await using hypervisor = await startHypervisor();
  await hypervisor.addPlugged("web1");
  await hypervisor.addLport("web2", { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
  const folder = await mkdtemp("/tmp/vifplugd-bugtool-");
  try {
    const file = join(folder, "report.tar");
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", OVS_RUNDIR: hypervisor.chassis.runDir };
    await run(["unshare", "--mount", "sh", "-ec", SCRIPT, "sh", config, executable, file], env, 50_000);
    const contents = async (name: RegExp) => {
      const names = (await run(["tar", "-tf", file], env)).split("\n").filter((each) => name.test(each));
      expect(names).toHaveLength(1);
      return run(["tar", "-xOf", file, ...names], env);
    };
    expect(await contents(/vifplugd-status/)).toMatch(/^web2 +no-provider/m);
    const report = await contents(/vifplugd-bugreport/);
    expect(report).toContain("== plug/explain web2 json\n");
    expect(report).toMatch(/^== log\/tail 1000$/m);
    expect(await contents(/vifplugd-coverage-show/)).toContain("Event coverage");
    expect(await contents(/vifplugd\.log$/)).toContain("a line of the log");
  } finally {
    await rm(folder, { recursive: true });
  }
});

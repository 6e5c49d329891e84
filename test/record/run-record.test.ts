// The compiled executable on a real OVN chassis: `run --record`, and the record replayed.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { startChassis } from "../../tools/chassis/chassis.ts";
import { executable, startDaemon } from "../../tools/chassis/daemon.ts";
import { Folder } from "./support/recording.ts";

const wanted = ["options:requested-chassis=hv1", "options:vif-plug-type=dummy"];

test("what a daemon decided on a real chassis is decided again from its record, byte for byte", async () => {
  using folder = new Folder();
  const file = folder.file("record");
  const chassis = await startChassis({ name: "hv1" });
  try {
    await chassis.vsctl("set", "Open_vSwitch", ".", "other_config:certificate-password=hunter2");
    const daemon = await startDaemon({ chassis, args: ["--record", file, "--verify-every", "1"] });
    await daemon.waitLog(/OVN_Southbound: in sync/);
    await chassis.nbctl("ls-add", "sw0");
    for (const lport of ["lsp1", "lsp2"]) {
      await chassis.nbctl("lsp-add", "sw0", lport, "--", "set", "Logical_Switch_Port", lport, ...wanted);
      await daemon.waitLog(new RegExp(`${lport}: plugged interface ${lport} `));
    }
    await chassis.nbctl("lsp-del", "lsp1");
    await daemon.waitLog(/lsp1: unplugged interface lsp1/);
    // Asks every provider again, in the middle of the record.
    await chassis.appctl("vifplugd", "inc-engine/recompute");
    await chassis.nbctl("set", "Logical_Switch_Port", "lsp2", "options:vif-plug-mtu-request=1400");
    await daemon.waitLog(/lsp2: updated interface lsp2 \(mtu_request\)/);
    await daemon.stop();
    expect(daemon.lines.filter((line) => line.includes("differs from a recompute"))).toEqual([]);
  } finally {
    await chassis.stop();
  }
  const [first, second] = [replay(file), replay(file)];
  expect(first).toEqual(second);
  const { exitCode, stdout, stderr } = first;
  expect([exitCode, stderr]).toEqual([0, ""]);
  const changes = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ change }) => typeof change === "string")
    .map(({ lport, change }) => `${change} ${lport}`);
  expect(changes).toEqual(["create lsp1", "create lsp2", "remove lsp1", "update lsp2"]);
  const record = readFileSync(file, "utf8");
  expect(record).toContain("certificate-password");
  expect(record).not.toContain("hunter2");
});

function replay(file: string) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([executable, "replay", file]);
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

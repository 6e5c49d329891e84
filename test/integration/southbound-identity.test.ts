/**
 * The Southbound's identity, on a real chassis: an index belongs to its cluster, another cluster makes nothing stale and
 * nothing go unasked, and a cluster that went back in time is taken up by hand.
 */
import { expect, test } from "bun:test";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../tools/chassis/program.ts";
import { databases } from "../../tools/chassis/programs.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

const { file, schema } = databases.OVN_Southbound;
const fileOf = ({ chassis }: Hypervisor) => join(chassis.dir, file);

/**
 * The Southbound ends, something becomes of its file, and it serves again. The other programs are told to take it;
 * ovn-controller is started anew, which does not get over each of these.
 */
async function replaceSouthbound(hv: Hypervisor, replace: () => Promise<unknown>): Promise<void> {
  await hv.chassis.kill("ovn-controller", "SIGKILL");
  await hv.chassis.kill("ovnsb_db", "SIGKILL");
  await replace();
  await hv.chassis.start("ovnsb_db");
  await hv.chassis.appctl("ovn-northd", "sb-cluster-state-reset");
  await hv.chassis.start("ovn-controller");
}

/** A new cluster of one server, with nothing in it. */
const asNewCluster = (hv: Hypervisor) => async () => {
  await rm(fileOf(hv));
  const address = `unix:${join(hv.chassis.dir, "raft.sock")}`;
  await run(["ovsdb-tool", "create-cluster", fileOf(hv), schema, address], hv.chassis.env);
};

/** Plugged by vifplugd, whether or not ovn-controller is back at work. */
async function addPlugged(hv: Hypervisor, lport: string) {
  await hv.addLport(lport);
  return hv.interface(lport);
}

/** Resolves when vifplugd is in sync with the Southbound after this many lines of its log. */
const inSyncAfter = (hv: Hypervisor, lines: number) =>
  hv.daemon.waitLog(/OVN_Southbound: in sync/, 30_000, lines);

const southbound = async ({ chassis }: Hypervisor): Promise<Record<string, unknown>> =>
  JSON.parse(await chassis.appctl("vifplugd", "plug/status")).connections.southbound;

test("a Southbound that is made anew is taken up, and what would go is held the first time", async () => {
  await using hv = await startHypervisor();
  const { chassis, daemon } = hv;
  const kept = await addPlugged(hv, "kept");
  await addPlugged(hv, "deleted");
  const lines = daemon.lines.length;
  await replaceSouthbound(hv, async () => {
    await hv.deleteLport("deleted");
    await asNewCluster(hv)();
  });
  await inSyncAfter(hv, lines);
  await daemon.waitLog(
    / warn plug: held: 1 of 2 .*: the Southbound is another database .*no cluster, now cluster/,
    30_000,
  );
  expect(await chassis.appctl("vifplugd", "plug/show", "deleted")).toContain("another database than before");
  expect(await chassis.appctl("vifplugd", "plug/confirm-unplug")).toBe("1 port may be unplugged");
  await hv.gone("deleted");

  // The second cluster has few entries, and the first had many: to one that knows one index, the second is stale.
  for (let n = 0; n < 30; n++) await chassis.sbctl("set", "SB_Global", ".", `external_ids:n=${n}`);
  const more = daemon.lines.length;
  await replaceSouthbound(hv, asNewCluster(hv));
  await inSyncAfter(hv, more);
  await addPlugged(hv, "new");
  await hv.deleteLport("new");
  await hv.gone("new");
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept")).toHaveLength(1);
});

test("a Southbound that went back in time is stale, says how to get over it, and is taken up when it is told to", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const { chassis } = hv;
  await replaceSouthbound(hv, asNewCluster(hv));
  const daemon = await hv.startDaemon();
  const kept = await addPlugged(hv, "kept");
  await replaceSouthbound(hv, () => copyFile(fileOf(hv), `${fileOf(hv)}.backup`));
  for (let n = 0; n < 30; n++) await chassis.sbctl("set", "SB_Global", ".", `external_ids:n=${n}`);
  await hv.settle();
  await replaceSouthbound(hv, () => copyFile(`${fileOf(hv)}.backup`, fileOf(hv)));
  await daemon.waitLog(
    / warn ovsdb: OVN_Southbound: not connected: .* is stale: .*sb-cluster-state-reset/,
    30_000,
  );
  expect(await southbound(hv)).toMatchObject({
    state: "disconnected",
    error: expect.stringMatching(/is stale.*ovs-appctl -t vifplugd sb-cluster-state-reset$/),
  });
  const lines = daemon.lines.length;
  await chassis.appctl("vifplugd", "sb-cluster-state-reset");
  await inSyncAfter(hv, lines);
  await addPlugged(hv, "new");
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
});

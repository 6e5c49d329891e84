/**
 * The .deb under a real systemd: the service is what its operator says through install, upgrade, downgrade, removal and
 * purge, and the ports stay plugged. This runs in the virtual machine (`npm run test:package:systemd`).
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Chassis, startChassis } from "../../tools/chassis/chassis.ts";
import { PACKAGES } from "../../tools/package/packages-for-tests.ts";
import { Systemd } from "../system/support/systemd.ts";

const UNIT = "vifplugd.service";
const CONFIGURATION = "/etc/vifplugd/vifplugd.yaml";
const ADMIN = "/run/dpkg";
/** Milliseconds; the machine computes slowly. */
const PATIENCE = 240_000;

let chassis: Chassis;
let systemd: Systemd;

beforeAll(async () => {
  await mkdir("/run/openvswitch", { recursive: true });
  const { TMPDIR } = process.env;
  // PrivateTmp= keeps the service from what is in /tmp.
  process.env.TMPDIR = "/run";
  chassis = await startChassis({ vswitchd: false, controller: false });
  process.env.TMPDIR = TMPDIR;
  await chassis.addChassis(chassis.name);
  await chassis.nbctl("ls-add", "sw0");
  for (const folder of ["info", "updates", "triggers"]) await mkdir(join(ADMIN, folder), { recursive: true });
  for (const file of ["status", "available"]) await writeFile(join(ADMIN, file), "");
  // Of whoever wants no service started on the host.
  await rm("/usr/sbin/policy-rc.d", { force: true });
  // On a busy host the executable's 117 MB take longer into the machine than systemd's 90 s.
  await mkdir("/run/systemd/system.conf.d", { recursive: true });
  const patience = `[Manager]\nDefaultTimeoutStartSec=${PATIENCE / 1000}\n`;
  await writeFile("/run/systemd/system.conf.d/patience.conf", patience);
  systemd = await Systemd.start();
  // In the manager's environment these reach every service that does not refuse them.
  await systemd.run("systemctl", "set-environment", "BUN_BE_BUN=1", "BUN_OPTIONS=--no-such-option");
});

afterAll(async () => {
  await systemd.stop();
  await chassis.stop();
});

async function install(version: string): Promise<void> {
  const path = join(PACKAGES, version, `vifplugd_${version}_amd64.deb`);
  await dpkg("--force-confold", "--force-depends", "--install", path);
}

/** With a list of installed packages of its own: the host's is long, and read slowly here. */
async function dpkg(...args: readonly string[]): Promise<void> {
  await systemd.run("dpkg", `--admindir=${ADMIN}`, "--force-unsafe-io", ...args);
}

async function plug(lport: string): Promise<void> {
  const options = [`requested-chassis=${chassis.name}`, "vif-plug-type=dummy"];
  await chassis.nbctl("lsp-add", "sw0", lport, "--", "lsp-set-options", lport, ...options);
  await chassis.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["name"],
    (rows) => rows.some(({ name }) => name === lport),
    PATIENCE,
  );
}

/** Each interface with its row: another row would be another interface. */
async function interfaces(): Promise<readonly string[]> {
  const rows = await chassis.vsctl(
    "--format=csv",
    "--no-headings",
    "--columns=_uuid,name",
    "list",
    "Interface",
  );
  return rows.split("\n").sort();
}

/** What systemd says of the service; its process is another one when it was started anew. */
const state = () => systemd.properties(UNIT, ["ActiveState", "UnitFileState", "MainPID"]);

test("an installation neither starts nor enables the service", async () => {
  await install("0.1.0");
  expect(await state()).toEqual({ ActiveState: "inactive", UnitFileState: "disabled", MainPID: "0" });
});

test("it runs when its operator says so, whatever variables of the runtime the manager has", async () => {
  await mkdir("/etc/vifplugd", { recursive: true });
  await writeFile(
    CONFIGURATION,
    JSON.stringify({ ovs: { remote: `unix:${chassis.ovsSock}` }, providers: [{ type: "dummy" }] }),
  );
  await systemd.run("systemctl", "enable", "--now", UNIT);
  expect(await state()).toMatchObject({ ActiveState: "active", UnitFileState: "enabled" });
  await plug("first");
});

test.each(["0.2.0", "0.1.0"])(
  "the package of %s in its place is the one that runs, with every port as it was",
  async (version) => {
    const [before, { MainPID }] = [await interfaces(), await state()];
    await install(version);
    const after = await state();
    expect(after).toMatchObject({ ActiveState: "active", UnitFileState: "enabled" });
    expect(after.MainPID).not.toBe(MainPID);
    await plug(`with-${version}`);
    expect(await interfaces()).toEqual(expect.arrayContaining([...before]));
    const log = (await systemd.journal(UNIT)).map(({ MESSAGE }) => MESSAGE);
    expect(log.filter((line) => line.includes("starts")).at(-1)).toContain(`vifplugd ${version} starts`);
  },
);

test("one that was stopped stays stopped through an upgrade", async () => {
  await systemd.run("systemctl", "stop", UNIT);
  await install("0.2.0");
  expect(await state()).toMatchObject({ ActiveState: "inactive", UnitFileState: "enabled" });
  await systemd.run("systemctl", "start", UNIT);
});

test("a removal stops it, a purge forgets it, and both leave the ports", async () => {
  const before = await interfaces();
  expect(before).toHaveLength(4);
  await dpkg("--remove", "vifplugd");
  expect(await state()).toMatchObject({ ActiveState: "inactive" });
  await dpkg("--purge", "vifplugd");
  expect(await systemd.properties(UNIT, ["LoadState"])).toEqual({ LoadState: "not-found" });
  expect(await interfaces()).toEqual(before);
});

/**
 * The unit file under a real systemd, hardening and all. This runs in the virtual machine (`npm run test:system`),
 * installed where the unit file says.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Chassis, startChassis } from "../../tools/chassis/chassis.ts";
import { executable } from "../../tools/chassis/daemon.ts";
import { PATIENCE } from "./support/hypervisor.ts";
import { Systemd } from "./support/systemd.ts";

const UNIT = "vifplugd.service";
const CONFIGURATION = "/etc/vifplugd/vifplugd.yaml";
/** The unit's own watchdog takes longer than a test should. */
const WATCHDOG = "[Service]\nWatchdogSec=10s\n";

let chassis: Chassis;
let systemd: Systemd;

beforeAll(async () => {
  await copyFile(executable, "/usr/bin/vifplugd");
  await mkdir("/etc/systemd/system", { recursive: true });
  await copyFile(join(import.meta.dir, "../../config/vifplugd.service"), `/etc/systemd/system/${UNIT}`);
  await mkdir(`/run/systemd/system/${UNIT}.d`, { recursive: true });
  await writeFile(`/run/systemd/system/${UNIT}.d/test.conf`, WATCHDOG);
  await mkdir("/run/openvswitch", { recursive: true });
  chassis = await startOutsideTmp();
  await chassis.addChassis(chassis.name);
  await chassis.nbctl("ls-add", "sw0");
  await mkdir("/etc/vifplugd", { recursive: true });
  await writeFile(
    CONFIGURATION,
    JSON.stringify({ ovs: { remote: `unix:${chassis.ovsSock}` }, providers: [{ type: "dummy" }] }),
  );
  systemd = await Systemd.start();
});

afterAll(async () => {
  await systemd.stop();
  await chassis.stop();
});

/** PrivateTmp= keeps the service from what is in /tmp. */
async function startOutsideTmp(): Promise<Chassis> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = "/run";
  try {
    return await startChassis({ vswitchd: false, controller: false });
  } finally {
    process.env.TMPDIR = TMPDIR;
  }
}

/** Adds a logical port that is to be plugged here. */
async function addLport(lport: string, plugType = "dummy"): Promise<void> {
  const options = [`requested-chassis=${chassis.name}`, `vif-plug-type=${plugType}`];
  await chassis.nbctl("lsp-add", "sw0", lport, "--", "lsp-set-options", lport, ...options);
}

async function isPlugged(lport: string, within = PATIENCE): Promise<void> {
  await chassis.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["name"],
    (rows) => rows.some(({ name }) => name === lport),
    within,
  );
}

/** What the service manager says of the unit, at the latest after a while. */
async function propertyIs(name: string, wanted: string, within: number): Promise<void> {
  const end = performance.now() + within;
  for (;;) {
    const { [name]: value } = await systemd.properties(UNIT, [name]);
    if (value === wanted) return;
    if (performance.now() > end) expect(value).toBe(wanted);
  }
}

/** What `systemctl status` shows, at the latest after a while. */
async function statusIs(wanted: RegExp): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const { StatusText } = await systemd.properties(UNIT, ["StatusText"]);
    if (wanted.test(StatusText)) return;
    if (performance.now() > end) expect(StatusText).toMatch(wanted);
  }
}

test("it is started without a Southbound, and its status says what is missing", async () => {
  await chassis.vsctl(
    "--no-wait",
    "set",
    "Open_vSwitch",
    ".",
    "external_ids:ovn-remote=unix:/run/nobody.sock",
  );
  await systemd.run("systemctl", "start", UNIT);
  expect(await systemd.properties(UNIT, ["ActiveState"])).toEqual({ ActiveState: "active" });
  await statusIs(/^not ready: .*Southbound/);
});

test("it plugs when the Southbound is there", async () => {
  await chassis.vsctl(
    "--no-wait",
    "set",
    "Open_vSwitch",
    ".",
    `external_ids:ovn-remote=unix:${chassis.sbSock}`,
  );
  await statusIs(/^ready$/);
  await addLport("first");
  await isPlugged("first");
});

test("it takes a reload", async () => {
  await systemd.run("systemctl", "reload", UNIT);
  const state = await systemd.properties(UNIT, ["ActiveState", "NRestarts"]);
  expect(state).toEqual({ ActiveState: "active", NRestarts: "0" });
});

test("its lines carry the journal's priorities", async () => {
  await addLport("nobodys", "foo");
  await addLport("after");
  await isPlugged("after");
  const journal = await systemd.journal(UNIT);
  const about = (words: string) => journal.find(({ MESSAGE }) => MESSAGE.includes(words));
  expect(about("nobodys: no-provider")).toMatchObject({ PRIORITY: "4", SYSLOG_IDENTIFIER: "vifplugd" });
  expect(about("first: plugged interface")).toMatchObject({ PRIORITY: "6" });
});

test("the watchdog ends one that hangs, and the next one goes on", async () => {
  await systemd.run("systemctl", "kill", "--signal=STOP", UNIT);
  await addLport("second");
  // Whoever is ended goes on for a moment before that (systemd.kill(5): SIGCONT follows), and may plug the port.
  await propertyIs("NRestarts", "1", 2 * PATIENCE);
  await isPlugged("second");
});

test("a stop leaves every port plugged", async () => {
  await systemd.run("systemctl", "stop", UNIT);
  expect(await systemd.properties(UNIT, ["Result", "ExecMainStatus"])).toEqual({
    Result: "success",
    ExecMainStatus: "0",
  });
  const names = (await chassis.rows("Open_vSwitch", "Interface", ["name"])).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["first", "second"]));
});

test("one whose configuration is not valid is not tried again", async () => {
  await writeFile(CONFIGURATION, "provid: []\n");
  expect(systemd.run("systemctl", "start", UNIT)).rejects.toThrow();
  const state = await systemd.properties(UNIT, ["ActiveState", "SubState", "ExecMainStatus", "NRestarts"]);
  expect(state).toEqual({ ActiveState: "failed", SubState: "failed", ExecMainStatus: "78", NRestarts: "0" });
});

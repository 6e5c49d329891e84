/** The throwaway chassis: real, quick, and gone without a trace whichever way its owner ends. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";
import { type Chassis, startChassis } from "../../../tools/chassis/chassis.ts";

const module = join(import.meta.dir, "../../../tools/chassis/chassis.ts");

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a running chassis", () => {
  let chassis: Chassis;
  beforeAll(async () => {
    chassis = await startChassis({ name: "hv1" });
  });
  afterAll(async () => {
    await chassis.stop();
  });

  test("takes a port of the Northbound to the Southbound", async () => {
    await chassis.nbctl("ls-add", "sw0", "--", "lsp-add", "sw0", "lsp0");
    const [binding] = await chassis.waitUntil(
      "OVN_Southbound",
      "Port_Binding",
      ["logical_port", "chassis"],
      (rows) => rows.some((row) => row.logical_port === "lsp0"),
    );
    expect(binding?.chassis).toBeNull();
  });

  test("binds a port whose interface is in its bridge, and says so in the Northbound", async () => {
    await chassis.nbctl("ls-add", "sw1", "--", "lsp-add", "sw1", "lsp1");
    const interfaceOfPort = ["--", "set", "Interface", "vif1", "type=internal", "external_ids:iface-id=lsp1"];
    await chassis.vsctl("add-port", "br-int", "vif1", ...interfaceOfPort);
    await chassis.waitUntil("OVN_Northbound", "Logical_Switch_Port", ["name", "up"], (rows) =>
      rows.some((row) => row.name === "lsp1" && row.up === true),
    );
  });

  test("does not plug: that is the daemon's work", async () => {
    await chassis.nbctl("ls-add", "sw2", "--", "lsp-add", "sw2", "lsp2");
    await chassis.nbctl("lsp-set-options", "lsp2", "requested-chassis=hv1", "vif-plug-type=dummy");
    await chassis.nbctl("--wait=hv", "sync");
    const interfaces = await chassis.rows("Open_vSwitch", "Interface", ["name", "external_ids"]);
    expect(interfaces.filter((row) => row.external_ids.has("ovn-plugged"))).toEqual([]);
  });

  test("has a further chassis to move ports to", async () => {
    await chassis.addChassis("hv2");
    const rows = await chassis.rows("OVN_Southbound", "Chassis", ["name"]);
    expect(rows.map((row) => row.name).sort()).toEqual(["hv1", "hv2"]);
  });

  test("answers for an empty table", async () => {
    expect(await chassis.rows("Open_vSwitch", "QoS", ["type"])).toEqual([]);
  });

  test("lists the transactions of a database with the rows they changed", async () => {
    const before = await chassis.transactions("OVN_Northbound");
    await chassis.nbctl("ls-add", "sw9");
    const [added, ...more] = (await chassis.transactions("OVN_Northbound")).slice(before.length);
    expect(more).toEqual([]);
    expect(added).toContain('table Logical_Switch insert row "sw9"');
  });

  test("names every program for ovs-appctl", async () => {
    for (const target of [
      "ovsdb-server",
      "ovnnb_db",
      "ovnsb_db",
      "ovn-northd",
      "ovs-vswitchd",
      "ovn-controller",
    ]) {
      expect(await chassis.appctl(target, "list-commands")).toContain("version");
    }
  });

  test("keeps a database's content when its server is killed and started again", async () => {
    await chassis.sbctl("chassis-add", "hv3", "geneve", "127.0.0.33");
    await chassis.kill("ovnsb_db", "SIGKILL");
    expect(chassis.program("ovnsb_db").status).toEqual({ code: null, signal: "SIGKILL" });
    await chassis.start("ovnsb_db");
    const rows = await chassis.rows("OVN_Southbound", "Chassis", ["name"]);
    expect(rows.map((row) => row.name)).toContain("hv3");
  });

  test("says what a wait was for and what was there instead", async () => {
    const never = chassis.waitUntil("Open_vSwitch", "Bridge", ["name"], (rows) => rows.length === 2, 50);
    await expect(never).rejects.toThrow(
      /waited 50 ms for Bridge of Open_vSwitch to satisfy .*length === 2.*\n.*br-int/s,
    );
  });

  test("shows a failed command's own words", async () => {
    await expect(chassis.nbctl("lsp-del", "nonesuch")).rejects.toThrow(
      /exit code 1\n.*nonesuch: port name not found/,
    );
  });
});

test("two chassis run side by side", async () => {
  await using one = await startChassis({ name: "hv1", northd: false, controller: false, vswitchd: false });
  await using two = await startChassis({ name: "hv2", northd: false, controller: false, vswitchd: false });
  await one.vsctl("--no-wait", "add-br", "only-here");
  expect(await two.vsctl("list-br")).toBe("br-int");
});

test("a stopped chassis leaves no process and no folder, not even of a program that was stopped by SIGSTOP", async () => {
  const chassis = await startChassis({ controller: false });
  const pids = (["ovsdb-server", "ovnnb_db", "ovnsb_db", "ovn-northd", "ovs-vswitchd"] as const).map(
    (name) => chassis.program(name).pid,
  );
  expect(pids.every(isRunning)).toBe(true);
  await chassis.kill("ovn-northd", "SIGSTOP");
  await chassis.stop();
  expect(pids.filter(isRunning)).toEqual([]);
  expect(existsSync(chassis.dir)).toBe(false);
});

test("a chassis that cannot start says which program failed and why, and leaves nothing", async () => {
  const dir = await mkdtemp(join(tmpdir(), "vp-"));
  await mkdir(join(dir, "bin"));
  await mkdir(join(dir, "tmp"));
  await Bun.write(join(dir, "bin/ovn-northd"), "#!/bin/sh\necho no northd today >&2\nexit 1\n");
  await chmod(join(dir, "bin/ovn-northd"), 0o755);
  const script = `
    import { startChassis } from ${JSON.stringify(module)};
    await startChassis();`;
  const env = { ...process.env, PATH: `${join(dir, "bin")}:${process.env.PATH}`, TMPDIR: join(dir, "tmp") };
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "-e", script], { env });
  expect(exitCode).toBe(1);
  expect(stderr.toString()).toMatch(/ovn-northd ended with exit code 1\n.*\n {2}no northd today/);
  expect(await readdir(join(dir, "tmp"))).toEqual([]);
  await rm(dir, { recursive: true });
});

test("a program that ends at once is an error with its last words", async () => {
  await using chassis = await startChassis({ northd: false, controller: false, vswitchd: false });
  const program = chassis.spawn("broken", ["sh", "-c", "echo no such luck >&2; exit 3"]);
  await expect(program.waitLog(/ready/)).rejects.toThrow(
    /waited for broken to log \/ready\/, but broken ended with exit code 3\n.*\n {2}no such luck/,
  );
});

describe("a process that owns a chassis", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "vifplugd-test-"));
  });
  afterAll(async () => {
    await rm(dir, { recursive: true });
  });

  /**
   * Runs `then` in a process that owns a chassis with one more program, which holds a pipe open: `programEnded`
   * resolves at that program's end, even when nobody is left to be told of it.
   */
  async function own(then: string) {
    const pipe = join(dir, crypto.randomUUID());
    await $`mkfifo ${pipe}`;
    const programEnded = Bun.spawn(["cat", pipe], { timeout: 60_000 }).exited;
    const script = `
      import { startChassis } from ${JSON.stringify(module)};
      const chassis = await startChassis({ northd: false, controller: false, vswitchd: false });
      const holder = chassis.spawn("holder", ["sh", "-c", "exec 3>${pipe}; echo open; exec sleep infinity"]);
      await holder.waitLog(/open/);
      console.log(chassis.dir);
      ${then}`;
    const owner = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "ignore" });
    const { value } = await owner.stdout.getReader().read();
    return { owner, chassisDir: new TextDecoder().decode(value).trim(), programEnded };
  }
  const forever = "setInterval(() => {}, 1e6);";

  test.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("takes it along when it gets %s", async (signal, code) => {
    const { owner, chassisDir, programEnded } = await own(forever);
    expect(existsSync(chassisDir)).toBe(true);
    owner.kill(signal);
    expect(await owner.exited).toBe(code);
    expect(existsSync(chassisDir)).toBe(false);
    expect(await programEnded).toBe(0);
  });

  test("takes it along when it throws", async () => {
    const { owner, chassisDir, programEnded } = await own(`throw new Error("oops");`);
    expect(await owner.exited).toBe(1);
    expect(existsSync(chassisDir)).toBe(false);
    expect(await programEnded).toBe(0);
  });

  test("leaves no program running even when it is killed by SIGKILL", async () => {
    const { owner, chassisDir, programEnded } = await own(forever);
    owner.kill("SIGKILL");
    expect(await programEnded).toBe(0);
    await rm(chassisDir, { recursive: true });
  });
});

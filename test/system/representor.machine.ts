/**
 * The representor provider on a real kernel. This runs in the virtual machine (`npm run test:system`), on netdevsim,
 * the kernel's datapath, and real databases, ovn-northd, ovs-vswitchd and ovn-controller.
 *
 * The provider that is linked into Debian's ovn-controller goes through the same cases by itself. Its outcome is
 * written down beside ours, not judged: netdevsim shows no port of the PF's own, and without one it finds no VF.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { configPath, executable } from "../../tools/chassis/daemon.ts";
import { EXCHANGE } from "../../tools/system/machine.ts";
import { cases } from "./support/cases.ts";
import {
  addLport,
  configWith,
  interfacesOf,
  PATIENCE,
  removeLports,
  restartVswitchd,
  unplugged,
  up,
} from "./support/hypervisor.ts";
import { changeOften, ifindexOf, ip, Nic, nic, rename } from "./support/nic.ts";
import { type Stage, stageController, stageVifplugd } from "./support/stage.ts";

/** How long an idle daemon is looked at. */
const IDLE_SECONDS = 5;
const WOKEN = /\b(recvfrom|recvmsg|sendto|sendmsg)\(/;
/** The daemon has come to wait for events: a daemon on a starved machine may be busy with one of them all the time. */
const RESTED = /\bepoll_pwait2?\(/;
/** What ovn-controller logs when it plugs (controller/vif-plug.c). */
const PLUGGED_BY_CONTROLLER = /\|vif_plug\|INFO\|Plugging port/;

const column = new Map<string, { ours: string; peer: string }>(
  cases.map(({ what }) => [what, { ours: "not run", peer: "not run" }]),
);

afterAll(async () => {
  const rows = Array.from(column, ([what, { ours, peer }]) => `| ${what} | ${ours} | ${peer} |\n`);
  const head = "| case | vifplugd | ovn-controller's own provider |\n|---|---|---|\n";
  await Bun.write(join(EXCHANGE, "columns.md"), head + rows.join(""));
});

describe("vifplugd beside ovn-controller", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await stageVifplugd();
  });
  afterEach(async () => {
    await removeLports(stage.chassis);
    await stage.stop();
    await nic.remove();
  });
  afterAll(() => stage.chassis.stop());

  test.each(cases)("brings a logical port up with $what", async ({ what, run }) => {
    const lport = `ours-${cases.findIndex((one) => one.what === what)}`;
    column.set(what, { ours: "not up", peer: column.get(what)?.peer ?? "" });
    await run(stage, lport);
    const interfaces = await stage.chassis.rows("Open_vSwitch", "Interface", ["external_ids"]);
    const ours = interfaces.filter(({ external_ids }) => external_ids.get("iface-id") === lport);
    expect(ours.map(({ external_ids }) => external_ids.get("ovn-plugged"))).toEqual([stage.plugType]);
    await stage.logs(new RegExp(` info plug: ${lport}: plugged interface `));
    expect(stage.chassis.program("ovn-controller").lines.join("\n")).not.toMatch(PLUGGED_BY_CONTROLLER);
    column.set(what, { ours: "up each time", peer: column.get(what)?.peer ?? "" });
    await stage.chassis.nbctl("lsp-del", lport);
    await stage.chassis.waitUntil("Open_vSwitch", "Interface", ["external_ids"], (rows) =>
      rows.every(({ external_ids }) => external_ids.get("iface-id") !== lport),
    );
  });

  test("finds its way after the kernel had more to tell than it could take", async () => {
    await nic.add();
    await nic.setVfs(2);
    await addLport(stage.chassis, "lost", stage.plugType, 0);
    const daemon = await stage.start();
    const netdev = await nic.representorOf(0);
    await up(stage.chassis, "lost", netdev);
    daemon.kill("SIGSTOP");
    await rename(netdev, "renamed0");
    await changeOften(await nic.uplink(), 1000);
    daemon.kill("SIGCONT");
    await daemon.waitLog(/ netlink messages were lost /, PATIENCE);
    await up(stage.chassis, "lost", "renamed0");
  });

  describe("a device that is another function's by now", () => {
    const others = [new Nic(10), new Nic(11)] as const;
    const [left, right] = others;
    const netns = "elsewhere";
    afterEach(async () => {
      for (const one of others) await one.remove();
    });

    test("is not plugged because it has the index of one that moved to another namespace", async () => {
      const { chassis, plugType } = stage;
      await nic.add();
      await nic.setVfs(2);
      await addLport(chassis, "moved", plugType, 0);
      await addLport(chassis, "stays", plugType, 1);
      await stage.start();
      const netdev = await nic.representorOf(0);
      await up(chassis, "moved", netdev);
      const index = await ifindexOf(netdev);
      await ip("netns", "add", netns);
      await ip("link", "set", netdev, "netns", netns);
      await ip("link", "add", "intruder", "index", String(index), "type", "dummy");
      await stage.logs(/ moved: waiting: port netdevsim\/netdevsim7\/128 has no network device yet/);
      // What the kernel tells comes in its order: with this everything before it has been dealt with.
      await rename(await nic.representorOf(1), "after");
      await up(chassis, "stays", "after");
      expect(await interfacesOf(chassis, "moved")).toEqual([netdev]);
      await ip("-n", netns, "link", "set", netdev, "netns", "1");
      await up(chassis, "moved", netdev);
      await ip("netns", "del", netns);
      await ip("link", "del", "intruder");
    });

    test("is unplugged when another NIC's VF has got the name of one that went", async () => {
      const { chassis, plugType } = stage;
      for (const one of others) {
        await one.add();
        await one.setVfs(1);
      }
      await addLport(chassis, "left", plugType, 0, left);
      await stage.start();
      const name = await left.representorOf(0);
      await up(chassis, "left", name);
      await left.setVfs(0);
      await rename(await right.representorOf(0), name);
      await unplugged(chassis, "left");
      await stage.logs(
        new RegExp(
          ` warn plug: left: unplugged interface ${name} \\(it belongs to VF 0 of PF ${right.pfMac} `,
        ),
      );
      await addLport(chassis, "right", plugType, 0, right);
      await up(chassis, "right", name);
      await left.setVfs(1);
      await up(chassis, "left", await left.representorOf(0));
    });

    test("is unplugged when a reload has given two ports each other's names", async () => {
      const { chassis, plugType } = stage;
      await nic.add();
      await nic.setVfs(2);
      await addLport(chassis, "first", plugType, 0);
      await addLport(chassis, "second", plugType, 1);
      const daemon = await stage.start();
      const names = [await nic.representorOf(0), await nic.representorOf(1)] as const;
      await up(chassis, "first", names[0]);
      await up(chassis, "second", names[1]);
      // All of it is there when the daemon hears of it: ovs-vswitchd has plugged what bears the names by then.
      daemon.kill("SIGSTOP");
      await nic.reload();
      await nic.setVfs(2);
      await rename(await nic.representorOf(0), "exchanged");
      await rename(await nic.representorOf(1), names[0]);
      await rename("exchanged", names[1]);
      daemon.kill("SIGCONT");
      await up(chassis, "first", names[1]);
      await up(chassis, "second", names[0]);
      expect(await interfacesOf(chassis, "first")).toEqual([names[1]]);
      expect(await interfacesOf(chassis, "second")).toEqual([names[0]]);
    });

    test("is unplugged at a start whose configuration database has another boot's names", async () => {
      const { chassis, plugType } = stage;
      for (const one of others) {
        await one.add();
        await one.setVfs(1);
      }
      await addLport(chassis, "left", plugType, 0, left);
      await addLport(chassis, "right", plugType, 0, right);
      await stage.start();
      const names = [await left.representorOf(0), await right.representorOf(0)] as const;
      await up(chassis, "left", names[0]);
      await up(chassis, "right", names[1]);
      await stage.stop();
      await restartVswitchd(chassis, async () => {
        await rename(names[0], "exchanged");
        await rename(names[1], names[0]);
        await rename("exchanged", names[1]);
      });
      await stage.start();
      await up(chassis, "left", names[1]);
      await up(chassis, "right", names[0]);
    });
  });

  // How long the work takes is the driver's own: where the daemon was slower than that, it is begun once more.
  test("goes on while somebody works on the NIC, and says what it waits for", async () => {
    const { chassis, plugType } = stage;
    await nic.add();
    await nic.setVfs(1);
    await addLport(chassis, "patient", plugType, 0);
    const daemon = await stage.start();
    const netdev = await nic.representorOf(0);
    await up(chassis, "patient", netdev);
    const enable = async (...types: readonly string[]) => {
      await Bun.write(configPath(chassis), JSON.stringify(configWith(chassis, ...types)));
      const from = daemon.lines.length;
      daemon.kill("SIGHUP");
      return from;
    };
    for (let tries = 1; ; tries++) {
      await daemon.waitLog(/ SIGHUP: /, PATIENCE, await enable());
      const work = await nic.flash();
      const from = await enable("representor");
      const waits = daemon.waitLog(/ the kernel is being asked for its ports; /, PATIENCE, from);
      const isAsking = await Promise.race([waits.then(() => true), work.over.then(() => false)]);
      waits.catch(() => {});
      if (isAsking) {
        const status = await chassis.appctl(
          join(chassis.runDir, `vifplugd.${daemon.pid}.ctl`),
          "plug/show",
          "patient",
        );
        const isInTime = !work.isOver();
        await work.over;
        expect(status).toMatch(/patient/);
        if (isInTime) break;
      } else await work.over;
      expect(tries).toBeLessThan(5);
    }
    await rename(netdev, "after");
    await up(chassis, "patient", "after");
  });

  test("records what the kernel tells of a NIC, without its addresses", async () => {
    const file = join(EXCHANGE, "nics.jsonl");
    const recorder = stage.chassis.spawn("record", [
      ...[executable, "providers", "representor", "record", file, "--seconds", "600"],
      ...["--config", configPath(stage.chassis)],
    ]);
    // Bun.file() would remember the size that it saw first.
    const written = () => readFile(file, "utf8").catch(() => "");
    await until(async () => (await written()).includes('"dump":"ports"'));
    await nic.add();
    await nic.setVfs(2);
    await rename(await nic.representorOf(1), "renamed1");
    const netdev = await nic.representorOf(0);
    await ip("netns", "add", "elsewhere");
    await ip("link", "set", netdev, "netns", "elsewhere");
    await ip("-n", "elsewhere", "link", "set", netdev, "netns", "1");
    await ip("netns", "del", "elsewhere");
    // The kernel tells in its order: when this has been heard, everything has.
    await rename(await nic.uplink(), "uplink7");
    const last = Buffer.from("uplink7\0").toString("hex");
    await until(async () => (await written()).includes(last));
    recorder.kill("SIGTERM");
    expect(await recorder.exited).toEqual({ code: 0, signal: null });
    const text = await written();
    const answers = JSON.parse(text.trim().split("\n").at(-1) ?? "").answers;
    expect(
      answers.map(({ function: represented, netdev: name }: Record<string, unknown>) => [represented, name]),
    ).toEqual([
      ["VF 0", await nic.representorOf(0)],
      ["VF 1", "renamed1"],
    ]);
    expect(text).not.toContain(nic.pfMac.replaceAll(":", ""));
    expect(text).not.toContain(nic.pfMac);
  });

  test("shows what it sees, and the logical port that uses it", async () => {
    await nic.add();
    await nic.setVfs(2);
    await addLport(stage.chassis, "shown", stage.plugType, 0);
    await stage.start();
    const netdev = await nic.representorOf(0);
    await up(stage.chassis, "shown", netdev);
    const shown = stage.chassis.spawn("ports", [
      ...[executable, "providers", "representor", "ports", "--config", configPath(stage.chassis)],
    ]);
    expect(await shown.exited).toEqual({ code: 0, signal: null });
    // On a slow machine it also says what it waits for.
    const table = shown.lines.filter((line) => !line.startsWith("vifplugd: "));
    expect(table.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      "PORT FLAVOUR CONTROLLER PF FUNCTION NETDEV PF-MAC LPORT",
      `${nic.device}/0 physical 0 - - ${await nic.uplink()} - -`,
      `${nic.device}/128 pcivf 0 0 vf 0 ${netdev} ${nic.pfMac} shown`,
      `${nic.device}/129 pcivf 0 0 vf 1 ${await nic.representorOf(1)} ${nic.pfMac} -`,
    ]);
  });

  // The event loop itself wakes once a second, as it does in any program on Bun. What the provider would wake for is
  // netlink, or a timer that makes it look somewhere: neither is read or looked at.
  test("runs no program, and the provider wakes for nothing, while nothing happens", async () => {
    await nic.add();
    await nic.setVfs(2);
    await addLport(stage.chassis, "idle", stage.plugType, 0);
    const daemon = await stage.start();
    await up(stage.chassis, "idle", await nic.representorOf(0));
    // The kernel's last word of the plugging may come late on a slow machine; what asks by itself asks in each of these.
    let trace = await traceOf(daemon.pid, IDLE_SECONDS);
    for (let again = 0; again < 10 && (WOKEN.test(trace) || !RESTED.test(trace)); again++) {
      trace = await traceOf(daemon.pid, IDLE_SECONDS);
    }
    await Bun.write(join(EXCHANGE, "strace"), trace);
    expect(trace).not.toMatch(/\b(execve|fork|vfork|posix_spawn)\(/);
    expect(trace).toMatch(RESTED);
    expect(trace).not.toMatch(WOKEN);
    expect(trace).not.toMatch(/"(\/sys|\/run\/udev)\//);
  });

  // Minutes, in a machine whose processor is emulated.
  test.skipIf(process.env.LONG === undefined)(
    "finds the last of 500 VFs, and its way after an overrun among them",
    async () => {
      const { chassis, plugType } = stage;
      await nic.add();
      await nic.allowVfs(500);
      await addLport(chassis, "last", plugType, 499);
      const daemon = await stage.start();
      daemon.kill("SIGSTOP");
      await nic.setVfs(500);
      const netdev = await nic.representorOf(499);
      await changeOften(await nic.uplink(), 1000);
      daemon.kill("SIGCONT");
      await daemon.waitLog(/ netlink messages were lost /, 4 * PATIENCE);
      await up(chassis, "last", netdev, 4 * PATIENCE);
      await removeLports(chassis);
      await stage.stop();
      await nic.remove();
    },
    20 * PATIENCE,
  );
});

describe("ovn-controller by itself", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await stageController();
  });
  afterEach(async () => {
    await removeLports(stage.chassis);
    await stage.stop();
    await nic.remove();
  });
  afterAll(() => stage.chassis.stop());

  test.each(cases)("is watched with $what", async ({ what, run }) => {
    const lport = `peer-${cases.findIndex((one) => one.what === what)}`;
    const outcome = await run(stage, lport).then(
      () => "up each time",
      () => "not up",
    );
    column.set(what, { ours: column.get(what)?.ours ?? "", peer: outcome });
    expect(PLUGGED_BY_CONTROLLER.test(stage.log())).toBe(outcome === "up each time");
    expect(stage.log()).toMatch(/\|vif_plug_representor\|/);
  });
});

/** Looks until it is so. A file on the exchange folder tells nobody that it has grown. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 2 * PATIENCE;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error("it did not come true");
    await Bun.sleep(100);
  }
}

/** The system calls of a process and its threads in so many seconds. */
async function traceOf(pid: number, seconds: number): Promise<string> {
  const file = "/tmp/strace";
  const strace = Bun.spawn(
    ["timeout", "--signal=INT", String(seconds), "strace", "-f", "-o", file, "-p", String(pid)],
    {
      stdio: ["ignore", "ignore", "ignore"],
    },
  );
  await strace.exited;
  return readFile(file, "utf8");
}

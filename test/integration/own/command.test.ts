/** Providers that are programs of one's own (contract section 7), on a real chassis: those of examples/, and bad ones. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { baseConfig, executable, startDaemon } from "../../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../support/hypervisor.ts";

const examples = join(import.meta.dir, "../../../examples");
const python = join(examples, "provider-python/provider.py");
const shell = join(examples, "provider-sh/provider.sh");
const puppet = join(import.meta.dir, "../../providers/command/support/puppet.ts");

const plain = join(import.meta.dir, "../../../bench/providers/provider.py");

const pinned = { "vif-plug-type": "pinned" };

/** A hypervisor whose provider `pinned` is the example in Python. */
async function startPinned(pins: Readonly<Record<string, string>>): Promise<{
  readonly hv: Hypervisor;
  pin(pins: Readonly<Record<string, string>>): Promise<void>;
}> {
  const hv = await startHypervisor({ daemon: false });
  const file = join(hv.chassis.dir, "pins");
  const pin = async (wanted: Readonly<Record<string, string>>) => {
    const lines = Object.entries(wanted).map((pair) => `${pair.join(" ")}\n`);
    await Bun.write(`${file}.new`, lines.join(""));
    await rename(`${file}.new`, file);
  };
  await pin(pins);
  await hv.chassis.addChassis("hv2");
  await hv.startDaemon({ providers: [{ type: "pinned", command: [python], options: { file } }] });
  return { hv, pin };
}

test("a program in shell plugs and unplugs", async () => {
  await using hv = await startHypervisor({
    config: { providers: [{ type: "dummy" }, { type: "shell", command: [shell] }] },
  });
  // A program that looks for its words anywhere in a line would find them among the port's options.
  const misleading = { id: "x", method: "shutdown", operation: "remove" };
  await hv.addLport("web1", { ...misleading, "vif-plug-type": "shell" });
  await hv.installed("web1");
  await hv.deleteLport("web1");
  await hv.gone("web1");
});

test("of a port with several interfaces of ours each is asked about, and those that are left over go", async () => {
  const { hv } = await startPinned({ web1: "eth-web1" });
  await using _ = hv;
  await hv.addLport("web1", pinned);
  const before = await hv.interface("eth-web1");
  const leftovers = ["aaa", "mmm", "zzz"];
  await hv.chassis.vsctl(
    "--no-wait",
    ...leftovers.flatMap((name) => [
      ...["--", "add-port", "br-int", name, "--", "set", "Interface", name, "type=internal"],
      ...["external_ids:iface-id=web1", "external_ids:ovn-plugged=pinned"],
    ]),
  );
  await Promise.all(leftovers.map((name) => hv.gone(name)));
  expect((await hv.interfacesOf("web1")).map((row) => row._uuid)).toEqual([before._uuid]);
  expect(await hv.chassis.appctl("vifplugd", "inc-engine/verify")).toContain("every node equals");
});

describe("a daemon that stands by", () => {
  test("starts no program before it is its turn", async () => {
    await using hv = await startHypervisor({
      config: { providers: [{ type: "dummy" }, { type: "shell", command: [shell] }] },
    });
    const { chassis } = hv;
    const started = join(chassis.dir, "started");
    const runDir = join(chassis.dir, "standby");
    await mkdir(runDir);
    const standby = await startDaemon({
      chassis,
      name: "standby",
      config: {
        ...{ ...baseConfig(chassis), run_dir: runDir },
        providers: [{ type: "shell", command: ["sh", "-c", `touch ${started}; exec ${shell}`] }],
      },
    });
    await standby.waitLog(/OVN_Southbound: in sync/);
    await hv.addLport("web1", { "vif-plug-type": "shell" });
    await hv.installed("web1");
    expect(existsSync(started)).toBe(false);
    await hv.daemon.stop();
    await standby.waitLog(/: holding the lock/);
    await hv.addLport("web2", { "vif-plug-type": "shell" });
    await hv.installed("web2");
    expect(existsSync(started)).toBe(true);
  });
});

describe("a bad program", () => {
  const bad = (type: string, tricks: object) => ({
    type,
    command: [process.execPath, puppet, "/dev/null", JSON.stringify({ tricks })],
  });

  const acme = { "vif-plug-type": "acme" };

  test("that answers late, never, twice, or to another question: each is a matter of that port alone", async () => {
    const tricks = {
      late: { kind: "late", ms: 2500 },
      never: { kind: "never" },
      twice: { kind: "twice" },
      nobody: { kind: "other-id" },
      thief: { kind: "stolen-id" },
    };
    await using hv = await startHypervisor({
      config: { providers: [{ type: "dummy" }, bad("acme", tricks)] },
    });
    await hv.addLport("never", acme);
    await hv.addLports({ late: acme, twice: acme, nobody: acme });
    for (const lport of ["twice", "nobody"]) await hv.installed(lport);
    await hv.daemon.waitLog(/ warn provider: acme: the command answered \d+, but no question has this id/);
    for (const lport of ["late", "never"])
      await hv.daemon.waitLog(new RegExp(` ${lport}: waiting: the command has not answered within 2 s`));
    await hv.installed("late");
    expect(await hv.interfacesOf("never")).toEqual([]);
    // Whose answer a message is follows from its id, whatever the program meant.
    await hv.addLport("thief", acme);
    await hv.installed("thief");
    expect(await hv.interfacesOf("never")).toHaveLength(1);
    expect(await hv.interfacesOf("thief")).toEqual([]);
    await hv.addPlugged("web1");
    await hv.addLport("good", acme);
    await hv.installed("good");
    for (const lport of ["late", "never", "twice", "nobody", "good"]) await hv.deleteLport(lport);
    for (const name of ["late", "twice", "nobody", "good"]) await hv.gone(name);
    expect(await hv.daemon.stop()).toEqual({ code: 0, signal: null });
  });

  test("whose answer is garbage, 100 MB, or its own end is started again: what it has plugged stays, and what it can it plugs", async () => {
    const ends = [
      ["garbage", /provider: garbage: the command is down: .*no JSON/],
      ["huge", /provider: huge: the command is down: .*without a line end/],
      ["exit", /provider: exit: the command is down: it exited with status 7/],
    ] as const;
    const entries = ends.map(([kind]) => bad(kind, { [`fatal-${kind}`]: { kind } }));
    await using hv = await startHypervisor({ config: { providers: [{ type: "dummy" }, ...entries] } });
    const add = (name: string) =>
      hv.addLports(
        Object.fromEntries(ends.map(([kind]) => [`${name}-${kind}`, { "vif-plug-type": kind }] as const)),
      );
    await add("first");
    const rows = async () =>
      Promise.all(ends.map(async ([kind]) => (await hv.installed(`first-${kind}`))._uuid));
    const before = await rows();
    await add("fatal");
    for (const [, words] of ends) await hv.daemon.waitLog(words);
    await add("good");
    await hv.addPlugged("web1");
    for (const [kind] of ends) {
      await hv.installed(`good-${kind}`);
      expect(await hv.interfacesOf(`fatal-${kind}`)).toEqual([]);
    }
    expect(await rows()).toEqual(before);
    expect(await hv.daemon.stop()).toEqual({ code: 0, signal: null });
  });

  test("that ends before it answers, after that, or before it has heard of the commit: nothing is lost", async () => {
    const places = ["asked", "answered", "finish"] as const;
    await using hv = await startHypervisor({ daemon: false });
    const logOf = (place: string) => join(hv.chassis.dir, `read-${place}`);
    const entries = places.map((place) => ({
      type: place,
      command: [process.execPath, puppet, logOf(place), JSON.stringify({ ends: { [place]: place } })],
    }));
    await hv.startDaemon({ providers: [{ type: "dummy" }, ...entries] });
    await hv.addLports(Object.fromEntries(places.map((place) => [place, { "vif-plug-type": place }])));
    for (const place of places) {
      await hv.daemon.waitLog(new RegExp(`provider: ${place}: the command is down: it exited with status 7`));
      await hv.installed(place);
      // The process that came after has been asked when it answers this.
      await hv.addLport(`after-${place}`, { "vif-plug-type": place });
      await hv.installed(`after-${place}`);
    }
    expect(await hv.daemon.stop()).toEqual({ code: 0, signal: null });
    for (const place of places) {
      const messages = (await Bun.file(logOf(place)).text()).trimEnd().split("\n");
      const finished = messages.filter((message) => {
        const { method, params } = JSON.parse(message);
        return method === "finish" && params.lport.name === place;
      });
      // Nobody knows whether one that ended had heard it.
      expect([place, finished.length]).toEqual([place, place === "finish" ? 2 : 1]);
    }
    for (const place of places) expect(await hv.writesTo(place)).toHaveLength(1);
  });

  test("that does not end is ended, and the daemon with it, within 5 s", async () => {
    const ignoring = {
      type: "acme",
      command: [process.execPath, puppet, "/dev/null", JSON.stringify({ ignoresShutdown: true })],
    };
    await using hv = await startHypervisor({ config: { providers: [ignoring] } });
    await hv.addLport("web1", { "vif-plug-type": "acme" });
    await hv.installed("web1");
    expect(await hv.daemon.stop()).toEqual({ code: 0, signal: null });
  });
});

describe("a program that arranges", () => {
  /** What the program has read of these methods, in order: the method, and what is in place. */
  async function read(log: string, methods: readonly string[]): Promise<readonly string[]> {
    const messages = (await Bun.file(log).text()).trimEnd().split("\n");
    return messages.flatMap((message) => {
      const { method, params } = JSON.parse(message);
      return methods.includes(method) ? [`${method} ${params.interface?.name ?? "nothing"}`] : [];
    });
  }

  test("is told to before the commit, and again of what is in place; by no plan", async () => {
    await using hv = await startHypervisor({ daemon: false });
    const { chassis } = hv;
    const log = join(chassis.dir, "read");
    const command = [process.execPath, puppet, log, JSON.stringify({ arranges: true })];
    const config = { providers: [{ type: "dummy" }, { type: "acme", command }] };
    await hv.addLport("web1", { "vif-plug-type": "acme" });
    await chassis.waitUntil("OVN_Southbound", "Port_Binding", ["requested_chassis"], (rows) =>
      rows.some((row) => row.requested_chassis !== null),
    );
    const file = join(chassis.dir, "plan.yaml");
    await Bun.write(file, JSON.stringify({ ...baseConfig(chassis), ...config }));
    const plan = Bun.spawn([executable, "plan", "--config", file], { stdout: "pipe" });
    expect(await new Response(plan.stdout).text()).toContain("its device is not made yet");
    await plan.exited;
    const calls = ["prepare", "arrange", "finish", "release"];
    expect(await read(log, calls)).toEqual(["prepare nothing", "release nothing"]);

    await Bun.write(log, "");
    await hv.startDaemon(config);
    await hv.installed("web1");
    // At its end the program has read all that was said to it.
    await hv.daemon.stop();
    const first = await read(log, calls);
    expect(first.slice(0, 3).toSorted()).toEqual(["arrange nothing", "prepare nothing", "release nothing"]);
    expect(first.slice(3)).toEqual(["prepare nothing", "finish nothing", "release nothing"]);

    await Bun.write(log, "");
    const requests = (await hv.writes()).length;
    await hv.startDaemon(config);
    await hv.addLport("web2", { "vif-plug-type": "acme" });
    await hv.installed("web2");
    await hv.daemon.stop();
    const arranged = await read(log, ["arrange"]);
    expect(arranged[0]).toBe("arrange web1");
    expect(new Set(arranged)).toEqual(new Set(["arrange web1", "arrange nothing"]));
    expect((await hv.writes()).slice(requests).join("\n")).not.toContain('"web1"');
  });
});

test("a record of what it answered is replayed without it, byte for byte", async () => {
  const { hv, pin } = await startPinned({});
  await using _ = hv;
  await hv.daemon.stop();
  const { chassis } = hv;
  const record = join(chassis.dir, "record.jsonl");
  const file = join(chassis.dir, "pins");
  const recording = await startDaemon({
    chassis,
    name: "recording",
    config: { ...baseConfig(chassis), providers: [{ type: "pinned", command: [python], options: { file } }] },
    args: ["--record", record],
  });
  await recording.waitLog(/OVN_Southbound: in sync/);
  await hv.addLport("web1", pinned);
  await recording.waitLog(/ web1: waiting: not pinned/);
  await pin({ web1: "eth-web1" });
  await hv.installed("eth-web1");
  await pin({ web1: "eth-web2" });
  await hv.installed("eth-web2");
  await recording.stop();
  const replay = () => Bun.spawnSync([executable, "replay", record]);
  const [first, second] = [replay(), replay()];
  expect(first.stderr.toString()).toBe("");
  expect(first.exitCode).toBe(0);
  expect(first.stdout.toString()).toContain("eth-web2");
  expect(second.stdout.toString()).toBe(first.stdout.toString());
});

test("U4: a thousand ports of a program in Python keep their rows over a restart of both", async () => {
  const config = { providers: [{ type: "dummy" }, { type: "python", command: [plain] }] };
  await using hv = await startHypervisor({ config });
  const lports = Array.from({ length: 1000 }, (_, index) => `lsp${index}`);
  await hv.addLports(Object.fromEntries(lports.map((lport) => [lport, { "vif-plug-type": "python" }])));
  const owned = async () => {
    const rows = await hv.chassis.rows("Open_vSwitch", "Interface", ["name", "external_ids"]);
    const ours = rows.filter((row) => row.external_ids.get("ovn-plugged") === "python");
    return ours.map(({ _uuid, name }) => `${name} ${_uuid}`).sort();
  };
  await hv.interfaces(lports);
  await hv.settle();
  const before = await owned();
  expect(before).toHaveLength(1000);
  const requests = (await hv.writes()).length;
  await hv.daemon.stop("SIGKILL");
  await hv.startDaemon(config);
  await hv.addLport("late", { "vif-plug-type": "python" });
  await hv.interface("late");
  await hv.settle();
  expect((await owned()).filter((row) => !row.startsWith("late "))).toEqual(before);
  const sent = (await hv.writes()).slice(requests);
  expect(sent.filter((request) => request.includes('"late"'))).not.toBeEmpty();
  expect(sent.filter((request) => /"vifplugd/.test(request) && /lsp\d/.test(request))).toEqual([]);
});

test("the ten-line provider of the documentation works", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../../docs/providers.md")).text();
  const program = /```python\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  await using hv = await startHypervisor({ daemon: false });
  const file = join(hv.chassis.dir, "acme");
  await Bun.write(file, program);
  await chmod(file, 0o755);
  await hv.startDaemon({ providers: [{ type: "acme", command: [file] }] });
  await hv.addLport("web1", { "vif-plug-type": "acme" });
  await hv.installed("web1");
  await hv.deleteLport("web1");
  await hv.gone("web1");
});

test("plan asks a process of its own, and ends it", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const { chassis } = hv;
  const pids = join(chassis.dir, "pids");
  const file = join(chassis.dir, "plan.yaml");
  const entry = { type: "shell", command: ["sh", "-c", `echo $$ >>${pids}; exec ${shell}`] };
  await Bun.write(file, JSON.stringify({ ...baseConfig(chassis), providers: [entry] }));
  await hv.addLport("web1", { "vif-plug-type": "shell" });
  await chassis.waitUntil("OVN_Southbound", "Port_Binding", ["logical_port", "requested_chassis"], (rows) =>
    rows.some((row) => row.logical_port === "web1" && row.requested_chassis !== null),
  );
  const plan = Bun.spawn([executable, "plan", "--config", file], { stdout: "pipe", stderr: "pipe" });
  const text = await new Response(plan.stdout).text();
  expect(text).toContain("+ web1: plug interface web1 (shell)");
  expect(await plan.exited).toBe(2);
  const pid = Number((await Bun.file(pids).text()).trim());
  expect(() => process.kill(pid, 0)).toThrow();
  expect(await hv.interfacesOf("web1")).toEqual([]);
});

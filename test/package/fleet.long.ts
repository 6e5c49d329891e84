/**
 * The Ansible role against three hosts at once: one that is new, one whose plan surprises, one that is upgraded; and against
 * one host each of those that are not as a play has left them. Ansible reaches them as it would by ssh, by a program in the place of ssh that enters their namespaces.
 * Part of `npm run test:package`.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PACKAGES, packagesForTests } from "../../tools/package/packages-for-tests.ts";
import { Host } from "./support/host.ts";

const MINUTES = 60_000;
const CONFIGURATION = "/etc/vifplugd/vifplugd.yaml";
const SITE = join(import.meta.dir, "../../config/ansible/site.yml");
/** What `service vifplugd start` finds on a host without systemd. */
const INIT_SCRIPT = `#!/bin/sh
### BEGIN INIT INFO
# Provides: vifplugd
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop:
# Short-Description: plugs VIFs
### END INIT INFO
pid=/run/openvswitch/vifplugd.pid
case $1 in
  start) start-stop-daemon --start --background --pidfile $pid --exec /usr/bin/vifplugd -- run --log-file /var/log/vifplugd.log
    for i in $(seq 100); do vifplugd status >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1 ;;
  stop) start-stop-daemon --stop --retry 10 --pidfile $pid ;;
  reload) kill -HUP $(cat $pid) ;;
  status) [ -e $pid ] && kill -0 $(cat $pid) ;;
esac
`;

const names = ["new", "surprising", "older", "by-apt", "cut-off", "failing", "by-tar", "running"] as const;
let dir = "";
let hosts: ReadonlyMap<string, Host>;

const host = (name: (typeof names)[number]): Host => {
  const found = hosts.get(name);
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "vifplugd-fleet-"));
  for (const version of ["0.1.0", "0.2.0"]) await packagesForTests(version);
  const started: (readonly [string, Host])[] = [];
  for (const name of names) {
    const one = await Host.start("bookworm");
    started.push([name, one]);
    await one.startChassis();
    await one.write("/etc/init.d/vifplugd", INIT_SCRIPT);
    await one.run("chmod", "755", "/etc/init.d/vifplugd");
  }
  hosts = new Map(started);
  // The last two words are the host and what it is to run.
  const lines = started.map(([name, { pid }]) => `  ${name}) pid=${pid} ;;`).join("\n");
  const ssh = `#!/bin/bash
while [ $# -gt 2 ]; do shift; done
case $1 in
${lines}
esac
exec nsenter --target=$pid --mount --pid --net --uts --ipc --root --wd -- \\
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 sh -c "$2"
`;
  await Bun.write(join(dir, "ssh"), ssh);
  await chmod(join(dir, "ssh"), 0o755);
}, 20 * MINUTES);
afterAll(async () => {
  for (const one of hosts.values()) await one[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

/** Plays the role; the exit code is 0 when every host is as it is to be. */
async function play(only: readonly string[], version: string, variables: object) {
  const inventory = only.map((name) => `${name} ansible_python_interpreter=/usr/bin/python3`).join("\n");
  await Bun.write(join(dir, "hosts"), `${inventory}\n`);
  const extra = { vifplugd_package: join(PACKAGES, version, `vifplugd_${version}_amd64.deb`), ...variables };
  const child = Bun.spawn(["ansible-playbook", "-i", join(dir, "hosts"), SITE, "-e", JSON.stringify(extra)], {
    env: {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: dir,
      LANG: "C.UTF-8",
      ANSIBLE_SSH_EXECUTABLE: join(dir, "ssh"),
      ANSIBLE_SSH_TRANSFER_METHOD: "piped",
      ANSIBLE_SSH_ARGS: "",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, text: stdout + stderr };
}

const dummy = { vifplugd_configuration: { providers: [{ type: "dummy" }] } };

async function request(one: Host, lport: string): Promise<void> {
  const options = ["requested-chassis=hv1", "vif-plug-type=dummy"];
  await one.run("ovn-nbctl", "lsp-add", "sw0", lport, "--", "lsp-set-options", lport, ...options);
  await one.run("ovn-nbctl", "--timeout=60", "--wait=sb", "sync");
}

test(
  "a host that runs an older version gets the package and the configuration, once",
  async () => {
    const first = await play(["older"], "0.1.0", dummy);
    expect(first).toMatchObject({ code: 0 });
    const again = await play(["older"], "0.1.0", dummy);
    expect(again.code).toBe(0);
    expect(again.text).toMatch(/older +: ok=\d+ +changed=0/);
    await request(host("older"), "web1");
    await host("older").run("ovs-vsctl", "--timeout=60", "wait-until", "Interface", "web1");
  },
  15 * MINUTES,
);

test(
  "three hosts: what surprises is rolled back, and the others go on",
  async () => {
    await host("surprising").run("mkdir", "-p", "/etc/vifplugd");
    await host("surprising").write(CONFIGURATION, "chassis: hv1\n");
    // Somebody requests a port there that the play does not expect.
    await request(host("surprising"), "unexpected");
    const { code, text } = await play(["new", "surprising", "older"], "0.2.0", dummy);
    expect(code).not.toBe(0);
    expect(text).toContain(
      "rolled back: hv1: 1 change (1 to create), 0 ports in place; at most 0 were expected",
    );
    for (const name of ["new", "older"] as const) {
      expect(await host(name).run("vifplugd", "version")).toStartWith("vifplugd 0.2.0");
      expect(await host(name).run("vifplugd", "status")).toContain("ready");
    }
    expect(await host("older").run("ovs-vsctl", "list-ports", "br-int")).toContain("web1");
    const surprising = host("surprising");
    expect(await surprising.shell("command -v vifplugd || echo gone")).toBe("gone");
    expect(await surprising.read(CONFIGURATION)).toBe("chassis: hv1\n");
    expect(await surprising.run("ovs-vsctl", "list-ports", "br-int")).toBe("");
  },
  15 * MINUTES,
);

test(
  "when the plan is what was expected, it is started there, too",
  async () => {
    const { code } = await play(["surprising"], "0.2.0", { ...dummy, vifplugd_max_changes: 1 });
    expect(code).toBe(0);
    await host("surprising").run("ovs-vsctl", "--timeout=60", "wait-until", "Interface", "unexpected");
  },
  15 * MINUTES,
);

const KEPT = "/var/cache/vifplugd.before.deb";

test(
  "a package that did not come from the role: nothing is changed until there is a package to come back to",
  async () => {
    const one = host("by-apt");
    const deb = await one.take(join(PACKAGES, "0.1.0/vifplugd_0.1.0_amd64.deb"));
    await one.run("dpkg", "--install", deb);
    await one.write(CONFIGURATION, "chassis: hv1\n");
    await request(one, "unexpected");
    const isAsBefore = async () => {
      expect(await one.run("vifplugd", "version")).toStartWith("vifplugd 0.1.0");
      expect(await one.run("ls", "/etc/vifplugd")).toBe("vifplugd.yaml");
      expect(await one.read(CONFIGURATION)).toBe("chassis: hv1\n");
    };
    const refused = await play(["by-apt"], "0.2.0", dummy);
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain(
      `nothing was changed: the play could not come back to the installed vifplugd 0.1.0, because ${KEPT} is not there`,
    );
    await isAsBefore();
    await one.run("mv", deb, KEPT);
    const surprising = await play(["by-apt"], "0.2.0", dummy);
    expect(surprising.code).not.toBe(0);
    expect(surprising.text).toContain("rolled back: hv1: 1 change");
    await isAsBefore();
    const expected = await play(["by-apt"], "0.2.0", { ...dummy, vifplugd_max_changes: 1 });
    expect(expected).toMatchObject({ code: 0 });
    expect(await one.run("vifplugd", "version")).toStartWith("vifplugd 0.2.0");
  },
  15 * MINUTES,
);

test(
  "after a play that was cut off, the next one comes back to the configuration of before both",
  async () => {
    const one = host("cut-off");
    await one.run("mkdir", "-p", "/etc/vifplugd");
    await one.write(`${CONFIGURATION}.before`, "chassis: hv1\n");
    await one.write(CONFIGURATION, "providers: []\n");
    const { code, text } = await play(["cut-off"], "0.2.0", { vifplugd_configuration: { chasis: "hv1" } });
    expect(code).not.toBe(0);
    expect(text).toMatch(/rolled back: failed to validate: \S+:1:1: chasis: /);
    expect(await one.run("ls", "/etc/vifplugd")).toBe("vifplugd.yaml");
    expect(await one.read(CONFIGURATION)).toBe("chassis: hv1\n");
  },
  15 * MINUTES,
);

test(
  "what fails after the start takes back the start, too, and that the service starts with the host",
  async () => {
    const one = host("failing");
    await one.run("dpkg", "--install", await one.take(join(PACKAGES, "0.1.0/vifplugd_0.1.0_amd64.deb")));
    await one.run("rm", CONFIGURATION);
    // Nothing can be put in the place of what is mounted.
    await one.shell(`touch ${KEPT} && mount --bind ${KEPT} ${KEPT}`);
    const { code, text } = await play(["failing"], "0.1.0", dummy);
    expect(code).not.toBe(0);
    expect(text).toMatch(/start with the host\] \*+\nchanged: .*Keep the package.*fatal: .*rolled back: /s);
    expect(await one.shell("vifplugd status >/dev/null 2>&1 || echo stopped")).toBe("stopped");
    expect(await one.shell("ls /etc/rc?.d | grep '^S.*vifplugd' || echo none")).toBe("none");
    expect(await one.run("ls", "/etc/vifplugd")).toBe("");
    expect(await one.run("vifplugd", "version")).toStartWith("vifplugd 0.1.0");
  },
  15 * MINUTES,
);

test(
  "a service that ran goes on with the package and the configuration of before",
  async () => {
    const one = host("running");
    expect(await play(["running"], "0.1.0", dummy)).toMatchObject({ code: 0 });
    await one.run("mount", "--bind", KEPT, KEPT);
    const providers = [{ type: "dummy" }, { type: "netdev" }];
    const { code, text } = await play(["running"], "0.2.0", { vifplugd_configuration: { providers } });
    expect(code).not.toBe(0);
    expect(text).toMatch(/read its configuration\] \*+\nchanged: .*fatal: .*rolled back: /s);
    expect(await one.run("vifplugd", "version")).toStartWith("vifplugd 0.1.0");
    expect(await one.read(CONFIGURATION)).not.toContain("netdev");
    await one.shell(
      `for i in $(seq 100); do vifplugd status | grep -q netdev || exit 0; sleep 0.1; done; exit 1`,
    );
    expect(await one.run("vifplugd", "status")).toContain("ready");
  },
  15 * MINUTES,
);

test(
  "an executable that no package has installed is left where it is",
  async () => {
    const one = host("by-tar");
    await one.write("/usr/bin/vifplugd", "mine\n");
    const { code, text } = await play(["by-tar"], "0.2.0", dummy);
    expect(code).not.toBe(0);
    expect(text).toContain("the play could not bring /usr/bin/vifplugd back, which no package has installed");
    expect(await one.read("/usr/bin/vifplugd")).toBe("mine\n");
  },
  15 * MINUTES,
);

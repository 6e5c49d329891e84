/**
 * docs/install.md and docs/appliance.md, command by command, on a host of Debian 12 with a real chassis: the pages say what an
 * operator types, and this types it. Commands of service managers, of Ansible and of buildah have tests of their own.
 * Part of `npm run test:package`.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { packagesForTests } from "../../tools/package/packages-for-tests.ts";
import { Host } from "./support/host.ts";

const MINUTES = 60_000;
const docs = join(import.meta.dir, "../../docs");
const page = await Bun.file(join(docs, "install.md")).text();
const appliancePage = await Bun.file(join(docs, "appliance.md")).text();

/** Commands that a host in a folder cannot run, and the test that runs them. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^systemctl /, "systemd.machine.ts"],
  [/^rc-(update|service) |vifplugd\.openrc/, "rpm-openrc.long.ts"],
  [/^ansible-playbook /, "fleet.long.ts"],
];

/** The commands in the shell blocks below a heading, without those that are tested elsewhere. */
function commandsBelow(heading: string, text = page): readonly string[] {
  const [, rest] = text.split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`no page has the heading ${heading}`);
  const [section = ""] = rest.split(/^##/m);
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block.trim());
  return blocks
    .flatMap((block) => block.split("\n"))
    .filter((line) => !ELSEWHERE.some(([pattern]) => pattern.test(line)));
}

let host: Host;

beforeAll(async () => {
  host = await Host.start("bookworm");
  await host.startChassis();
  for (const version of ["0.1.0", "0.2.0"]) {
    await host.take(join(await packagesForTests(version), `vifplugd_${version}_amd64.deb`));
  }
  const older = await packagesForTests("0.1.0");
  await host.take(join(older, "vifplugd-0.1.0-linux-x64.tar.zst"));
  await host.take(join(older, "SHA256SUMS"));
  // A minimal Debian has no zstd, which tar needs.
  await copyFile("/usr/bin/zstd", join(host.root, "usr/bin/zstd"));
  // The operator says yes when apt-get asks.
  await host.write("/etc/apt/apt.conf.d/yes", 'APT::Get::Assume-Yes "true";\n');
}, 15 * MINUTES);
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/** Types the commands below a heading, one shell for all of them. */
async function type(heading: string): Promise<void> {
  const commands = commandsBelow(heading);
  expect(commands.length).toBeGreaterThan(0);
  await host.shell(`cd /\n${commands.join("\n")}`);
}

const ports = () => host.run("ovs-vsctl", "list-ports", "br-int");
const isPlugged = (name: string) => host.run("ovs-vsctl", "--timeout=60", "wait-until", "Interface", name);

/** What differs from one run to the next. */
function withoutIdentities(status: string): string {
  return status
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID")
    .replace(/^(recomputes +)\d+$/m, "$1N")
    .trim();
}

test(
  "what was fetched is what the checksums say",
  async () => {
    const [, command = ""] = /`(sha256sum --check [^`]*)`/.exec(page) ?? [];
    expect(await host.shell(`cd / && ${command}`)).toContain("vifplugd_0.1.0_amd64.deb: OK");
  },
  5 * MINUTES,
);

test(
  "three commands, and the fourth where the Northbound is: the first port is plugged, and the status is as the page shows",
  async () => {
    const [apt = "", configure = "", ...northbound] = commandsBelow("## Three commands");
    await host.shell(`cd /\n${apt}\n${configure}\nvifplugd check`);
    const configuration = "/etc/vifplugd/vifplugd.yaml";
    expect(await host.read(configuration)).toBe("providers: [{ type: representor }]\n");
    // As the page says: to see a port plugged without any device.
    await host.write(configuration, "providers: [{ type: dummy }]\n");
    await host.startDaemon();
    await host.shell(northbound.join("\n"));
    await isPlugged("web1");
    const [, shown = ""] = /^```\n\$ vifplugd status\n(.*?)^```$/ms.exec(page) ?? [];
    const status = await host.shell(
      "until vifplugd status --lport web1 | grep -q '^web1 *plugged *dummy *web1$'; do sleep 0.1; done; vifplugd status",
    );
    expect(withoutIdentities(status)).toBe(withoutIdentities(shown));
  },
  5 * MINUTES,
);

test(
  "before a chassis is taken over, the configuration is valid and the plan is empty",
  async () => {
    await type("## Take over from an ovn-controller that plugs");
    expect(await ports()).toBe("web1");
  },
  5 * MINUTES,
);

test(
  "an upgrade, the way back, a removal and a purge leave the port",
  async () => {
    const [upgrade = "", back = ""] = commandsBelow("## Upgrade, and back");
    await host.shell(`cd /\n${upgrade}`);
    expect(await host.run("vifplugd", "version")).toStartWith("vifplugd 0.2.0");
    await host.shell(`cd /\n${back}`);
    expect(await host.run("vifplugd", "version")).toStartWith("vifplugd 0.1.0");
    await host.stopDaemon();
    await type("## Remove");
    expect(await host.read("/etc/vifplugd/vifplugd.yaml")).toBeNull();
    expect(await ports()).toBe("web1");
    const [, unplug = ""] = /`(ovs-vsctl --if-exists del-port br-int )NAME`/.exec(page) ?? [];
    await host.shell(`${unplug}web1`);
    expect(await ports()).toBe("");
  },
  5 * MINUTES,
);

test(
  "without a package manager the same executable runs from the archive",
  async () => {
    await type("### Without a package manager");
    expect(await host.run("vifplugd", "version")).toStartWith("vifplugd 0.1.0");
    await host.write("/etc/vifplugd/vifplugd.yaml", "providers: [{ type: dummy }]\n");
    await host.startDaemon();
    await isPlugged("web1");
    await host.stopDaemon();
  },
  5 * MINUTES,
);

test(
  "a root with nothing in it but the executable and its C library runs it",
  async () => {
    const commands = commandsBelow("## A root with nothing in it", appliancePage);
    await host.shell(
      `mkdir /appliance; cd /appliance; cp /usr/bin/vifplugd .\n${commands.slice(0, -1).join("\n")}
      mkdir root/run/ovn; mount --bind /run/ovn root/run/ovn`,
    );
    const entered = host.spawn("vifplugd in a root", "sh", "-c", `cd /appliance; exec ${commands.at(-1)}`);
    await entered.waitLog(/OVN_Southbound: in sync/, MINUTES);
    expect(await host.run("vifplugd", "status")).toContain("representor (ready)");
    await host.shell("kill $(cat /run/openvswitch/vifplugd.pid)");
    expect(await entered.exited).toEqual({ code: 0, signal: null });
  },
  5 * MINUTES,
);

test(
  "two chassis in one operating system are two daemons",
  async () => {
    const [, second = ""] = /^# (\/etc\/vifplugd\/dpu\.yaml)$/m.exec(page) ?? [];
    const [, yaml = ""] = /^```yaml\n(# \/etc\/vifplugd\/dpu\.yaml\n.*?)^```$/ms.exec(page) ?? [];
    await host.write(second, yaml);
    await host.shell(`
      folder=/run/openvswitch-dpu; mkdir $folder
      ovsdb-tool create /etc/openvswitch/dpu.db /usr/share/openvswitch/vswitch.ovsschema
      ovsdb-server --detach --no-chdir --pidfile=$folder/ovsdb-server.pid --unixctl=$folder/ovsdb-server.ctl \\
        --log-file=/var/log/dpu.log -vconsole:off --remote=punix:$folder/db.sock /etc/openvswitch/dpu.db
      ovs-vsctl --db=unix:$folder/db.sock --no-wait init -- set Open_vSwitch . external_ids:system-id=hv1-dpu \\
        external_ids:ovn-remote=unix:/run/ovn/ovnsb_db.sock -- add-br br-int`);
    const [check = "", run = ""] = commandsBelow("## DPU and hypervisor side by side");
    expect(await host.shell(check)).toBe("");
    await host.startDaemon();
    const other = host.spawn("vifplugd of the DPU", ...run.split(" "));
    await other.waitLog(/OVN_Southbound: in sync/, MINUTES);
    const status = await host.run("vifplugd", "status", "--json", "--config", second);
    expect(JSON.parse(status)).toMatchObject({ chassis: { name: "hv1-dpu" } });
    expect(JSON.parse(await host.run("vifplugd", "status", "--json"))).toMatchObject({
      chassis: { name: "hv1" },
    });
  },
  5 * MINUTES,
);

/**
 * The .rpm, by the real rpm, and the OpenRC script, under the real OpenRC, on a host with a real chassis: a Debian root with
 * both. What was plugged stays plugged through upgrade, stop and removal. This is part of `npm run test:package`.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { packagesForTests } from "../../tools/package/packages-for-tests.ts";
import { Host } from "./support/host.ts";

const MINUTES = 60_000;
const CONFIGURATION = "/etc/vifplugd/vifplugd.yaml";

let host: Host;

beforeAll(async () => {
  host = await Host.start("trixie+openrc+rpm");
  await host.startChassis();
  for (const version of ["0.1.0", "0.2.0"]) {
    await host.take(join(await packagesForTests(version), `vifplugd-${version}-1.x86_64.rpm`));
  }
}, 15 * MINUTES);
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/**
 * Debian's rpm knows of no package there: what ours needs is not looked for. Its plug-ins would give scriptlets mounts of
 * their own, which a root that is no mount has not.
 */
const rpm = (...args: readonly string[]) => host.run("rpm", "--noplugins", ...args);
const rpmDo = (option: string, version: string) =>
  rpm(option, "--nodeps", `/vifplugd-${version}-1.x86_64.rpm`);

const plugged = () =>
  host.run("ovs-vsctl", "--bare", "--columns=name", "find", "Interface", "external_ids:ovn-plugged=dummy");

/** Waits for what a shell's condition says. */
async function until(condition: string): Promise<void> {
  await host.shell(`for i in $(seq 300); do if ${condition}; then exit 0; fi; sleep 0.2; done; exit 1`);
}

test(
  "rpm installs every file, and starts and enables nothing",
  async () => {
    await rpmDo("--install", "0.1.0");
    expect(await rpm("--verify", "--nodeps", "vifplugd")).toBe("");
    expect(await host.run("vifplugd", "version")).toStartWith("vifplugd 0.1.0\n");
    expect(await host.shell("vifplugd check")).toBe("");
    expect(await host.shell("pgrep vifplugd || echo none")).toBe("none");
    expect(await rpm("--query", "--configfiles", "vifplugd")).toContain(CONFIGURATION);
  },
  5 * MINUTES,
);

test(
  "OpenRC starts it, and it plugs",
  async () => {
    await host.write(CONFIGURATION, "providers: [{ type: dummy }]\n");
    await host.shell(`install -m 755 /usr/share/doc/vifplugd/vifplugd.openrc /etc/init.d/vifplugd
    rm -f /etc/runlevels/*/*; for level in sysinit boot default; do openrc $level; done`);
    await host.run("rc-service", "vifplugd", "start");
    await host.shell(`ovn-nbctl --may-exist ls-add sw0
    ovn-nbctl lsp-add sw0 web1 -- lsp-set-options web1 requested-chassis=hv1 vif-plug-type=dummy`);
    await until(
      "ovs-vsctl list Interface web1 >/dev/null 2>&1 && vifplugd status --names --state plugged | grep -qx web1",
    );
    expect(await host.run("rc-service", "vifplugd", "status")).toContain("started");
  },
  5 * MINUTES,
);

test(
  "OpenRC has it read its configuration anew",
  async () => {
    await host.write(
      CONFIGURATION,
      "providers: [{ type: dummy }, { type: table, file: /etc/vifplugd/ports.yaml }]\n",
    );
    await host.run("rc-service", "vifplugd", "reload");
    await until("vifplugd status | grep -q 'table'");
  },
  5 * MINUTES,
);

test(
  "an upgrade keeps the configuration that somebody edited, and what is plugged",
  async () => {
    await rpmDo("--upgrade", "0.2.0");
    expect(await host.run("vifplugd", "version")).toStartWith("vifplugd 0.2.0\n");
    expect(await host.read(CONFIGURATION)).toContain("table");
    expect(await plugged()).toBe("web1");
    await host.run("rc-service", "vifplugd", "restart");
    await until("vifplugd status | grep -q '0.2.0, ready'");
  },
  5 * MINUTES,
);

test(
  "OpenRC ends it, with its supervisor, and the port stays plugged",
  async () => {
    await host.run("rc-service", "vifplugd", "stop");
    expect(await host.shell("pgrep 'vifplugd|supervise' || echo none")).toBe("none");
    expect(await plugged()).toBe("web1");
    expect(await host.read("/var/log/vifplugd.log")).toContain(
      "SIGTERM: stopping; plugged ports stay plugged",
    );
  },
  5 * MINUTES,
);

test(
  "removal takes what was installed, keeps the edited configuration aside, and the port stays plugged",
  async () => {
    await rpm("--erase", "--nodeps", "vifplugd");
    expect(await host.read("/usr/bin/vifplugd")).toBeNull();
    expect(await host.read(`${CONFIGURATION}.rpmsave`)).toContain("table");
    expect(await host.shell("find /usr -name '*vifplugd*'")).toBe("");
    expect(await plugged()).toBe("web1");
  },
  5 * MINUTES,
);

/**
 * The .deb on hosts: Debian roots with a real chassis in them. Installed, configured, upgraded, downgraded, removed,
 * purged; what was plugged stays plugged through all of it, and an edited configuration is kept.
 * This is part of `npm run test:package`; under a real systemd the same is held in the virtual machine.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagesForTests } from "../../tools/package/packages-for-tests.ts";
import { withChangedConffile } from "./support/changed-conffile.ts";
import { Host, type Suite } from "./support/host.ts";

const MINUTES = 60_000;
const CONFIGURATION = "/etc/vifplugd/vifplugd.yaml";

let dir = "";
/** The .deb of two versions; the second also brings another configuration file. */
let older = "";
let newer = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "vifplugd-debs-"));
  older = join(await packagesForTests("0.1.0"), "vifplugd_0.1.0_amd64.deb");
  const next = join(await packagesForTests("0.2.0"), "vifplugd_0.2.0_amd64.deb");
  newer = await withChangedConffile(next, dir);
}, 10 * MINUTES);
afterAll(async () => {
  await rm(dir, { recursive: true });
});

const suites: readonly Suite[] = ["bookworm", "trixie"];

describe.each(suites)("a host of Debian %s", (suite) => {
  let host: Host;
  beforeAll(async () => {
    host = await Host.start(suite);
    await host.startChassis();
    await host.take(older);
    await host.take(newer);
  }, 10 * MINUTES);
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  async function install(version: string): Promise<void> {
    await host.run(
      "dpkg",
      "--install",
      "--force-confdef",
      "--force-confold",
      `/vifplugd_${version}_amd64.deb`,
    );
    expect(await host.run("vifplugd", "version")).toStartWith(`vifplugd ${version}\n`);
  }

  /** Each interface that vifplugd plugged, with its row: another row would be another interface. */
  function plugged(): Promise<string> {
    const find = ["--columns=_uuid,name", "find", "Interface", "external_ids:ovn-plugged=dummy"];
    return host.run("ovs-vsctl", "--format=csv", "--no-headings", ...find);
  }

  async function addLport(lport: string): Promise<void> {
    const options = ["requested-chassis=hv1", "vif-plug-type=dummy"];
    await host.run("ovn-nbctl", "lsp-add", "sw0", lport, "--", "lsp-set-options", lport, ...options);
  }

  const isThere = (name: string) =>
    host.run("ovs-vsctl", "--timeout=60", "wait-until", "Interface", name, `external_ids:iface-id=${name}`);

  test(
    "gets everything by one dpkg, and nothing is started or enabled",
    async () => {
      await install("0.1.0");
      // Every installed file is the one that was packed.
      expect(await host.run("dpkg", "--verify", "vifplugd")).toBe("");
      expect(await host.shell("vifplugd check")).toBe("");
      expect(await host.shell("pgrep vifplugd || echo none")).toBe("none");
      expect(await host.read("/etc/systemd/system/multi-user.target.wants/vifplugd.service")).toBeNull();
      for (const path of [
        "LICENSE",
        "THIRD-PARTY.txt",
        "copyright",
        "sbom.cdx.json",
        "README.md",
        "SECURITY.md",
      ]) {
        expect(await host.read(`/usr/share/doc/vifplugd/${path}`)).not.toBeNull();
      }
      const plugins = "/usr/share/openvswitch/bugtool-plugins";
      expect(await host.read(`${plugins}/network-status/vifplugd.xml`)).toContain("vifplugd bugreport");
      const page = await host.shell(
        "zcat /usr/share/man/man8/vifplugd.8.gz /usr/share/man/man5/vifplugd.yaml.5.gz",
      );
      expect(page).toContain('.TH "vifplugd" "8"');
      expect(page).toContain('.TH "vifplugd.yaml" "5"');
    },
    5 * MINUTES,
  );

  test(
    "plugs the first port with a configuration of one line",
    async () => {
      await host.write(CONFIGURATION, "providers: [{ type: dummy }]\n");
      await host.startDaemon();
      await addLport("web1");
      await isThere("web1");
    },
    5 * MINUTES,
  );

  test(
    "tells its status while the file on disk is not valid, and only to the user that runs it",
    async () => {
      await host.write(CONFIGURATION, "providrs: []\n");
      const both = await host.shell("vifplugd status 2>&1");
      expect(both).toContain(`${CONFIGURATION}:1:1: providrs: unknown key`);
      expect(both).toMatch(/^web1 +plugged/m);
      const nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups vifplugd status";
      expect(await host.shell(`${nobody} 2>&1 || :`)).toContain(
        ".ctl: permission denied; ask as the user that runs it",
      );
      await host.write(CONFIGURATION, "providers: [{ type: dummy }]\n");
    },
    5 * MINUTES,
  );

  test(
    "keeps ports and configuration through an upgrade",
    async () => {
      const before = await plugged();
      await install("0.2.0");
      expect(await plugged()).toBe(before);
      expect(await host.read(CONFIGURATION)).toBe("providers: [{ type: dummy }]\n");
      expect(await host.read(`${CONFIGURATION}.dpkg-dist`)).toContain("# something new");
      await host.stopDaemon();
      await host.startDaemon();
      expect(await host.run("vifplugd", "status", "--json")).toStartWith('{"version":"0.2.0"');
      await addLport("web2");
      await isThere("web2");
      expect(await plugged()).toContain(before);
    },
    5 * MINUTES,
  );

  test(
    "keeps them through a downgrade",
    async () => {
      const before = await plugged();
      await install("0.1.0");
      await host.stopDaemon();
      await host.startDaemon();
      await addLport("web3");
      await isThere("web3");
      const after = await plugged();
      for (const row of before.trim().split("\n")) expect(after).toContain(row);
      expect(await host.read(CONFIGURATION)).toBe("providers: [{ type: dummy }]\n");
    },
    5 * MINUTES,
  );

  test(
    "keeps ports and configuration when the package is removed, and ports when it is purged",
    async () => {
      const before = await plugged();
      await host.stopDaemon();
      await host.run("dpkg", "--remove", "vifplugd");
      expect(await host.read("/usr/bin/vifplugd")).toBeNull();
      expect(await host.read(CONFIGURATION)).toBe("providers: [{ type: dummy }]\n");
      expect(await plugged()).toBe(before);
      await host.run("dpkg", "--purge", "vifplugd");
      expect(await host.shell("ls -d /etc/vifplugd /etc/logrotate.d/vifplugd 2>/dev/null || echo none")).toBe(
        "none",
      );
      expect(await host.shell("dpkg --status vifplugd >/dev/null 2>&1 || echo unknown")).toBe("unknown");
      expect(await plugged()).toBe(before);
      expect(before.trim().split("\n")).toHaveLength(3);
    },
    5 * MINUTES,
  );
});

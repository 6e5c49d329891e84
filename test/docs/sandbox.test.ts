/** What docs/providers.md says of the service's sandbox is what the unit has, and the drop-in there is one that systemd takes. */
import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const [page, unit] = await Promise.all(
  ["docs/providers.md", "config/vifplugd.service"].map((path) => Bun.file(join(root, path)).text()),
);
const [, section = ""] = /^## In the sandbox of the service$(.*?)^## /ms.exec(page ?? "") ?? [];
const [, dropIn = ""] = /^```ini\n(.*?)^```$/ms.exec(section) ?? [];

/** The settings of the unit by which a provider can do less than a program of root. */
const LIMITS =
  /^(Protect(?!Hostname|Clock|KernelLogs|ControlGroups)|Private|ProcSubset|Device|Capab|NoNew|SystemCallFilter|Restrict(Addr|Name))/;
const names = (text: string, pattern: RegExp) =>
  [...new Set(Array.from(text.matchAll(pattern), ([, name = ""]) => name))].sort();
const causes = section
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|")[2] ?? "")
  .join("\n");

test("each limit of the unit is in the table of the page, and no other", () => {
  const limits = names(unit ?? "", /^(\w+)=/gm).filter((name) => LIMITS.test(name));
  expect(limits).not.toBeEmpty();
  expect(names(causes, /`(\w+)=`/g)).toEqual(limits);
});

test("the capabilities and the groups of calls are those of the unit", () => {
  const [, capabilities = ""] = /^CapabilityBoundingSet=(.*)$/m.exec(unit ?? "") ?? [];
  expect(section).toContain(`than \`${capabilities.split(" ").join("` and `")}\``);
  const [, calls = ""] = /^SystemCallFilter=~(.*)$/m.exec(unit ?? "") ?? [];
  expect(causes).toContain(`(\`${calls.split(" ").join("`, `")}\`)`);
});

test.skipIf(Bun.which("systemd-analyze") === null)("systemd takes the drop-in", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vifplugd-unit-"));
  try {
    const here = (unit ?? "").replaceAll("/usr/bin/vifplugd", process.execPath);
    await Bun.write(join(folder, "vifplugd.service"), here);
    await mkdir(join(folder, "vifplugd.service.d"));
    await Bun.write(
      join(folder, "vifplugd.service.d/acme.conf"),
      dropIn.replaceAll("/usr/bin/vifplugd", process.execPath),
    );
    const { stderr } = Bun.spawnSync(["systemd-analyze", "verify", "--man=no", "vifplugd.service"], {
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
    });
    expect(dropIn).toContain("[Service]");
    expect(
      stderr
        .toString()
        .split("\n")
        .filter((line) => line.includes("acme.conf")),
    ).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

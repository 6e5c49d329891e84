/**
 * The executable where everything is read-only but what the packaged unit lets it write (ProtectSystem=strict and
 * ReadWritePaths=), in a mount namespace as systemd makes one.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { askDaemon } from "../../src/control/client.ts";
import { executable } from "../../tools/chassis/daemon.ts";
import { Program } from "../../tools/chassis/program.ts";
import { Folder } from "./support/vifplugd.ts";

const unit = readFileSync(join(import.meta.dir, "../../config/vifplugd.service"), "utf8");
const writable = Array.from(unit.matchAll(/^ReadWritePaths=(.*)$/gm), ([, paths = ""]) => paths.split(" "))
  .flat()
  .map((path) => path.replace(/^-/, ""));

/** The daemon looks after its files every few seconds. */
const PATIENCE_MS = 25_000;

/** Makes `$1/run` read-only, and what follows the executable's name writable again; then runs the executable in $2. */
const SCRIPT = `
root=$1 config=$2 executable=$3
shift 3
mount --bind "$root/run" "$root/run"
mount -o remount,bind,ro "$root/run"
for path; do
  mount --bind "$root$path" "$root$path"
  mount -o remount,bind,rw "$root$path"
done
exec "$executable" run --config "$config"
`;

test("it can be asked again when Open vSwitch's folder was removed and made anew", async () => {
  await using folder = await Folder.make();
  const runDir = join(folder.path, "run/openvswitch");
  await mkdir(runDir, { recursive: true });
  const content = { run_dir: runDir, ovs: { remote: `unix:${folder.path}/none` } };
  const config = await folder.write("vifplugd.yaml", JSON.stringify(content));
  const namespace = ["unshare", "--mount", "sh", "-ec", SCRIPT, "sh"];
  const daemon = new Program({
    name: "vifplugd",
    argv: [...namespace, folder.path, config, executable, ...writable],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  const answers = async () => {
    const end = performance.now() + PATIENCE_MS;
    while (!(await askDaemon(runDir, "version", [])).ok) {
      if (performance.now() > end) throw new Error(`it does not answer; ${daemon.tail()}`);
      await Bun.sleep(100);
    }
  };
  try {
    await answers();
    await rm(runDir, { recursive: true });
    await mkdir(runDir);
    await answers();
  } finally {
    await daemon.stop();
  }
  expect(daemon.lines.filter((line) => line.includes("read-only"))).toEqual([]);
});

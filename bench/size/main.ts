/**
 * Part `size`: the size of the executable, the time until a daemon is ready, and the memory of an idle daemon; and the size of
 * the client in another program.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { START_MS } from "../../src/daemon/memory-keeper.ts";
import { startChassis } from "../../tools/chassis/chassis.ts";
import { executable, startDaemon } from "../../tools/chassis/daemon.ts";
import { type Figure, figure } from "../support/figures.ts";
import type { Part } from "../support/report.ts";
import { atRest, memory } from "../support/usage.ts";
import { askStatus } from "./status.ts";

const MEGABYTE = 1e6;
const KILOBYTE = 1e3;
const RSS_GOAL_MB = 45;
const CLIENT_GOAL_KB = 60;
const READY_WITHIN = 10_000;
/** The interval of questions whether a starting daemon is ready, in milliseconds: the resolution of the figure. */
const ASK_EVERY_MS = 1;

export const size: Part = {
  name: "size",
  about:
    "the executable: bytes, start to ready with an empty database, memory at rest; and the client's bytes",
  async measure(quick) {
    const starts = await measureStarts(quick ? 3 : 20);
    const resident = figure(
      "vifplugd",
      "RSS at rest, no port",
      "MB",
      starts.map((start) => start.resident),
    );
    const figures: Figure[] = [
      figure("vifplugd", "executable", "MB", [Bun.file(executable).size / MEGABYTE]),
      ...(quick ? [] : [figure("vifplugd", "executable in xz", "MB", [compressedBytes() / MEGABYTE])]),
      figure(
        "vifplugd",
        "start to ready",
        "ms",
        starts.map((start) => start.ready),
      ),
      resident,
    ];
    const client = figure("ovsdb-jsonrpc", "a session and its operations, minified", "kB", [
      (await clientBytes()) / KILOBYTE,
    ]);
    return {
      figures: [...figures, client],
      ratios: [
        { name: "RSS at rest, no port, MB", value: resident.median, goal: { atMost: RSS_GOAL_MB } },
        { name: "ovsdb-jsonrpc, minified, kB", value: client.median, goal: { atMost: CLIENT_GOAL_KB } },
      ],
    };
  },
};

async function clientBytes(): Promise<number> {
  const entrypoints = [join(import.meta.dir, "client.ts")];
  const { outputs } = await Bun.build({ entrypoints, target: "node", minify: true });
  return outputs.reduce((bytes, { size }) => bytes + size, 0);
}

/** The size of the executable after `xz --threads=2` at the default level. */
function compressedBytes(): number {
  const { stdout } = Bun.spawnSync(["sh", "-c", 'xz --threads=2 --stdout "$1" | wc -c', "sh", executable]);
  return Number(stdout.toString());
}

async function measureStarts(count: number) {
  await using chassis = await startChassis({ controller: false, northd: false, vswitchd: false });
  await chassis.sbctl("chassis-add", chassis.name, "geneve", "127.0.0.1");
  await chassis.sbctl("set", "SB_Global", ".", "options:northd_internal_version=bench");
  const starts: { readonly ready: number; readonly resident: number }[] = [];
  for (let start = 0; start < count; start++) {
    const started = performance.now();
    const program = await startDaemon({ chassis });
    const socket = join(chassis.runDir, `vifplugd.${program.pid}.ctl`);
    while (!existsSync(socket) || !(await askStatus(socket)).ready) {
      if (performance.now() - started > READY_WITHIN) throw new Error(`not ready\n${program.tail()}`);
      await sleep(ASK_EVERY_MS);
    }
    const ready = performance.now() - started;
    await sleep(START_MS + 500);
    await atRest([program.pid], READY_WITHIN);
    starts.push({ ready, resident: memory(program.pid).resident / MEGABYTE });
    await program.stop();
  }
  return starts;
}

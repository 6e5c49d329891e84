/**
 * `npm run demo`: a throwaway OVN chassis, vifplugd on it, and one port's life in three steps.
 * `npm run demo -- --keep` leaves the chassis up to play with.
 *
 * Exits 0 when every step came true, else 1. The demo removes everything that it made, also on Ctrl-C.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Chassis, startChassis } from "./chassis/chassis.ts";
import { configPath, startDaemon } from "./chassis/daemon.ts";
import { type Program, run } from "./chassis/program.ts";
import { followParent, printThroughParent, runKeeper } from "./demo/keep.ts";
import { makeScreen, type Screen, wantsColour } from "./demo/screen.ts";
import { elsewhere, here, port, type Step, story } from "./demo/story.ts";

const root = join(import.meta.dir, "..");

async function demo(screen: Screen, keep: boolean): Promise<boolean> {
  screen.heading("vifplugd demo: one port, from the cloud's database into a virtual switch and out again");
  await run([process.execPath, "run", join(root, "build.ts")], environment(), 120_000);
  const chassis = await startChassis({ name: here });
  await chassis.addChassis(elsewhere);
  const daemon = await startDaemon({ chassis, config: configuration(chassis) });
  await introduce(screen, chassis);
  for (const step of story) {
    if (!(await take(step, chassis, daemon, screen))) {
      await chassis.stop();
      return false;
    }
  }
  if (keep) invite(screen, chassis);
  else {
    await daemon.stop();
    await chassis.stop();
    screen.heading("All steps came true. Everything the demo started has ended, and its folder is gone.");
    screen.plain("To keep the chassis and play with it: npm run demo -- --keep");
  }
  return true;
}

function configuration(chassis: Chassis): string {
  return `ovs:
  remote: unix:${chassis.ovsSock}
run_dir: ${chassis.runDir}
providers:
  - type: dummy
`;
}

async function introduce(screen: Screen, chassis: Chassis): Promise<void> {
  const versions = await Promise.all([chassis.nbctl("--version"), chassis.vsctl("--version")]);
  const [ovn, ovs] = versions.map((text) => /\d+(\.\d+)+/.exec(text)?.[0] ?? "");
  screen.plain(
    `A throwaway chassis, ${chassis.name}, in a temporary folder; nothing of this machine's own is touched.`,
  );
  screen.plain("");
  screen.fact("folder", chassis.dir);
  screen.fact("databases", "Northbound, Southbound and Open_vSwitch: three real ovsdb-servers");
  screen.fact("OVN", `${ovn}, unmodified: ovn-northd, and ovn-controller, which does not plug`);
  screen.fact("switch", `Open vSwitch ${ovs} with its dummy datapath`);
  screen.fact("vifplugd", `dist/vifplugd run --config ${configPath(chassis)}`);
}

/** Gives the step's commands and waits for its outcomes. @returns false: an outcome did not come true, and the screen says so */
async function take(step: Step, chassis: Chassis, daemon: Program, screen: Screen): Promise<boolean> {
  screen.heading(step.title);
  let started = performance.now();
  let doing = "";
  try {
    for (const argv of step.commands) {
      doing = "the command above";
      screen.command(argv);
      await run(argv, chassis.env);
    }
    for (const { says, look, comesTrue } of step.outcomes) {
      doing = says;
      await comesTrue(chassis);
      screen.done(says, performance.now() - started);
      const looking = performance.now();
      screen.look(look, await run(look.split(" "), chassis.env));
      started += performance.now() - looking;
    }
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    screen.failed(`This failed: ${doing}`, `${message}\n\n${daemon.tail()}`);
    return false;
  }
}

function invite(screen: Screen, chassis: Chassis): void {
  screen.heading("All steps came true. The chassis stays up; play with it in this shell or another one:");
  for (const command of [
    `export OVS_RUNDIR=${chassis.runDir} OVN_RUNDIR=${chassis.runDir}`,
    `ovn-nbctl lsp-set-options ${port} requested-chassis=${here} vif-plug-type=dummy`,
    `${join(root, "dist/vifplugd")} status`,
    `${join(root, "dist/vifplugd")} plan --config ${configPath(chassis)}`,
    "ovs-vsctl show",
    "ovn-nbctl show",
    "ovn-sbctl show",
  ]) {
    screen.command([command]);
  }
  screen.heading("To end it and remove its folder:");
  screen.command([`kill ${process.pid}`]);
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    // The keeper and its colours are for the demo itself, which starts the keeper.
    options: { keep: { type: "boolean" }, keeper: { type: "boolean" }, colour: { type: "boolean" } },
  });
  const colour = values.colour ?? wantsColour(process.stdout, process.env);
  if (values.keeper) {
    const stayBehind = followParent();
    if (!(await demo(makeScreen(colour, printThroughParent), true))) return 1;
    stayBehind();
    return new Promise(() => undefined);
  }
  process.on("exit", (code) => {
    if (code > 128) console.error("\nInterrupted; everything the demo started has been removed.");
  });
  if (values.keep) return runKeeper(import.meta.path, ["--keeper", ...(colour ? ["--colour"] : [])]);
  return (await demo(makeScreen(colour, console.log), false)) ? 0 : 1;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

/** What happens to a NIC while a logical port asks for one of its VFs, for either plugger to go through. */

import { addLport, down, up } from "./hypervisor.ts";
import { nic, rename } from "./nic.ts";
import type { Stage } from "./stage.ts";

export interface Case {
  readonly what: string;
  /** Resolves when the logical port was up each time that it should be. The plugger does not run before this. */
  run(stage: Stage, lport: string): Promise<void>;
}

const vf = 1;
const vfs = 2;

async function isUp({ chassis, within }: Stage, lport: string): Promise<void> {
  await up(chassis, lport, await nic.representorOf(vf), within);
}

async function startWithVfs(stage: Stage, lport: string): Promise<void> {
  await nic.add();
  await nic.setVfs(vfs);
  await addLport(stage.chassis, lport, stage.plugType, vf);
  await stage.start();
  await isUp(stage, lport);
}

export const cases: readonly Case[] = [
  { what: "VFs that were there before it started", run: startWithVfs },
  {
    what: "VFs that come while it runs",
    async run(stage, lport) {
      await nic.add();
      await stage.start();
      await addLport(stage.chassis, lport, stage.plugType, vf);
      await nic.setVfs(vfs);
      await isUp(stage, lport);
    },
  },
  {
    what: "a network device that is renamed while it is plugged",
    async run(stage, lport) {
      await startWithVfs(stage, lport);
      await rename(await nic.representorOf(vf), "renamed0");
      await up(stage.chassis, lport, "renamed0", stage.within);
    },
  },
  {
    what: "VFs that all go and come back (sriov_numvfs)",
    async run(stage, lport) {
      await startWithVfs(stage, lport);
      await nic.setVfs(0);
      await down(stage.chassis, lport);
      await nic.setVfs(vfs);
      await isUp(stage, lport);
    },
  },
  {
    what: "a NIC that is removed and comes back",
    async run(stage, lport) {
      await startWithVfs(stage, lport);
      await nic.remove();
      await down(stage.chassis, lport);
      await nic.add();
      await nic.setVfs(vfs);
      await isUp(stage, lport);
    },
  },
];

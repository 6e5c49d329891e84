/**
 * A logical port whose name has a megabyte, and a hundred others that want the same interface: each of them is told which port has
 * it, and none of them keeps that name. On the compiled executable, between servers that run nothing else.
 */
import { expect, test } from "bun:test";
import { Site } from "../../bench/plug/site.ts";
import { memory } from "../../bench/support/usage.ts";
import { startDaemon } from "../../tools/chassis/daemon.ts";

const MiB = 1 << 20;
/** The provider `dummy` names an interface by the first 15 bytes of its port, and the first port by name gets it. */
const INTERFACE = "p".repeat(15);
const LONG = INTERFACE + "0".repeat(MiB);
const OTHERS = Array.from({ length: 100 }, (_, index) => `${INTERFACE}1${index}`);
const WITHIN_MS = 60_000;

test("six times the rows and 64 MiB are enough where a hundred ports are told a name of a megabyte", async () => {
  await using site = await Site.start({ ports: 0, vswitchd: false, spare: [LONG, ...OTHERS, "fence"] });
  const lports = [LONG, ...OTHERS].map((name) => site.lport(name));
  const daemon = await startDaemon({ chassis: site.chassis });
  await daemon.waitLog(/OVN_Southbound: in sync/, WITHIN_MS);
  let most = 0;
  const look = setInterval(() => {
    if (daemon.status === undefined) most = Math.max(most, memory(daemon.pid).anonymous);
  }, 2);
  const plugged = site.interfaces.plugged(INTERFACE, WITHIN_MS);
  await site.southbound.send(site.request(lports, "hv1"));
  await plugged;
  for (let round = 0; round < 5; round++) {
    await site.southbound.send(site.request(lports, "hv1", 1400 + round));
  }
  const fence = site.interfaces.plugged("fence", WITHIN_MS);
  await site.southbound.send(site.request([site.lport("fence")], "hv1"));
  await fence;
  clearInterval(look);
  // The name is in a row of either database.
  const rows = 2 * LONG.length;
  console.log(`at most ${(most / MiB).toFixed(1)} MiB`);
  expect(most).toBeLessThan(6 * rows + 64 * MiB);
}, 180_000);

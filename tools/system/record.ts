/**
 * Records the kernel's netlink messages while a simulated NIC comes, changes and goes, for the tests of the codec:
 * `sh tools/system/prepare.sh bun run tools/system/record.ts`
 *
 * On the host the program starts itself in the machine. There it writes a JSON text of steps, each with its messages.
 */
import { join } from "node:path";
import { DEVLINK_CONFIG_GROUP, DEVLINK_FAMILY, portDumpRequest } from "../../src/netlink/devlink.ts";
import { type Family, familyRequest, parseFamily } from "../../src/netlink/generic.ts";
import { kernelTransport } from "../../src/netlink/kernel-transport.ts";
import { LINK_GROUP, linkDumpRequest } from "../../src/netlink/link.ts";
import { encodeMessage, type Message } from "../../src/netlink/message.ts";
import { PROTOCOL, type Protocol, type Request } from "../../src/netlink/transport.ts";
import { EXCHANGE, runMachine } from "./machine.ts";

const target = join(import.meta.dir, "../../test/netlink/recorded/netdevsim.json");
/** The time to read the messages after a command, in milliseconds: the kernel has sent all of them when the command ends. */
const SETTLING_MS = 500;
const device = "/sys/bus/netdevsim/devices/netdevsim7";

interface Step {
  readonly what: string;
  readonly messages: readonly string[];
}

const netlink = kernelTransport();
const steps: Step[] = [];

function note(what: string, messages: readonly Message[]): void {
  steps.push({ what, messages: messages.map((message) => encodeMessage(message).toHex()) });
}

async function ask(what: string, protocol: Protocol, request: Request): Promise<readonly Message[]> {
  const answer = await netlink.request(protocol, request);
  if (!answer.ok) throw new Error(`${what}: ${answer.error.message}`);
  note(what, answer.value);
  return answer.value;
}

async function devlinkFamily(): Promise<Family> {
  const [message] = await ask("the family devlink", PROTOCOL.generic, familyRequest(DEVLINK_FAMILY));
  const family = message === undefined ? null : parseFamily(message);
  if (family === null || !family.ok) throw new Error("devlink: no family");
  return family.value;
}

/** Runs a command, and notes the messages of a subscription. */
async function observe(family: Family, what: string, command: string): Promise<void> {
  const config = family.groups.get(DEVLINK_CONFIG_GROUP) ?? 0;
  const sources: readonly [string, Protocol, number][] = [
    ["devlink", PROTOCOL.generic, config],
    ["rtnetlink", PROTOCOL.route, LINK_GROUP],
  ];
  const heard = sources.map(([name, protocol, group]) => {
    const received: Message[] = [];
    const subscribed = netlink.subscribe(protocol, [group], {
      receive: (messages) => received.push(...messages),
      lost(reason) {
        throw new Error(`${name}: ${reason}`);
      },
    });
    if (!subscribed.ok) throw new Error(`${name}: ${subscribed.error.message}`);
    return { name, received, subscription: subscribed.value };
  });
  const done = Bun.spawnSync(["sh", "-c", command], { stdio: ["ignore", "inherit", "inherit"] });
  if (done.exitCode !== 0) throw new Error(`${command}: exit code ${done.exitCode}`);
  await Bun.sleep(SETTLING_MS);
  for (const { name, received, subscription } of heard) {
    subscription.close();
    note(`${what}: ${name}`, received);
  }
}

async function recordHere(): Promise<void> {
  const family = await devlinkFamily();
  await observe(family, "a device comes", "echo '7 1' >/sys/bus/netdevsim/new_device");
  await observe(family, "switchdev mode", "devlink dev eswitch set netdevsim/netdevsim7 mode switchdev");
  await observe(family, "two VFs come", `echo 2 >${device}/sriov_numvfs`);
  await ask("dump of ports", PROTOCOL.generic, portDumpRequest(family.id));
  await ask("dump of links", PROTOCOL.route, linkDumpRequest());
  await observe(family, "the physical port's netdev is renamed", "ip link set eth0 name uplink0");
  await observe(family, "the VFs go", `echo 0 >${device}/sriov_numvfs`);
  await observe(family, "the device goes", "echo 7 >/sys/bus/netdevsim/del_device");
  const kernel = (await Bun.file("/proc/version").text()).trim();
  await Bun.write(join(EXCHANGE, "recorded.json"), `${JSON.stringify({ kernel, steps }, null, 2)}\n`);
}

if (process.argv.includes("--here")) await recordHere();
else {
  const script = `${process.execPath} ${import.meta.path} --here`;
  await using result = await runMachine({
    script: `PATH=/usr/sbin:/usr/bin:/sbin:/bin ${script}`,
    within: 60_000,
  });
  process.stdout.write(result.output);
  if (result.exitCode !== 0)
    throw new Error(`the machine's exit code: ${result.exitCode}\n${result.console}`);
  await Bun.write(target, await Bun.file(join(result.exchange, "recorded.json")).text());
}

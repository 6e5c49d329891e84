/**
 * Records of NICs: what is written down and what is left out, and that the same comes of it again. Each file of the folder
 * `recorded` is a test: somebody's NIC, as `vifplugd providers representor record` wrote it.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Nics } from "../../../src/providers/representor/nics.ts";
import {
  type Conclusion,
  conclusionsOf,
  recordNics,
} from "../../../src/providers/representor/record-nics.ts";
import { Scrubber } from "../../../src/providers/representor/scrub.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import {
  device,
  hostMac,
  hostPf,
  hostPfLink,
  link,
  ofHost,
  uplink,
  uplinkLink,
  uplinkMac,
  vf,
  vfLink,
} from "./support/nic.ts";
import { RecordedKernel } from "./support/recorded-kernel.ts";
import { turn } from "./support/start.ts";

const folder = join(import.meta.dir, "recorded");
const nothingThere = { smartNic: () => null, permanentAddress: () => null, parentOf: () => null };

/** What the provider makes of a record, and whether a device was ever two functions' at once. */
async function replay(kernel: RecordedKernel): Promise<readonly Conclusion[]> {
  const nics = new Nics({
    options: {},
    machine: { netlink: kernel, lookUps: kernel.lookUps },
    onChange: () => nics.resolveDoubts(),
    log() {},
  });
  const { ports, table } = nics;
  const opened = ports.open();
  await turn();
  while (kernel.next()) {
    await turn();
    const netdevs = conclusionsOf(table).flatMap(({ netdev }) => netdev ?? []);
    expect(netdevs).toEqual([...new Set(netdevs)]);
  }
  await opened;
  ports.close();
  return conclusionsOf(table);
}

async function record(
  kernel: FakeKernel,
  isPlain: boolean,
  meanwhile: () => void | Promise<void>,
): Promise<string> {
  const lines: string[] = [];
  const end = Promise.withResolvers<void>();
  const recorded = recordNics({
    machine: { netlink: kernel, lookUps: nothingThere, root: "/nonexistent" },
    options: {},
    isPlain,
    about: { kernel: "Linux 6.1" },
    driverOf: () => "pretended",
    write: (line) => lines.push(line),
    warn() {},
    end: end.promise,
  });
  await turn();
  await meanwhile();
  end.resolve();
  expect(await recorded).toEqual({ ok: true, value: expect.any(Number) });
  return lines.join("\n");
}

function dpu(): FakeKernel {
  const kernel = new FakeKernel();
  for (const one of [uplink, hostPf, vf(0, ofHost)]) kernel.setPort(one);
  for (const one of [uplinkLink, hostPfLink, { ...vfLink(0), switchId: "b8cef6000010" }]) kernel.setLink(one);
  kernel.setLink(link(70, "enx0053000000ff", { address: "00:53:00:00:00:ff", kind: "dummy", master: 3 }));
  return kernel;
}

function happen(kernel: FakeKernel): void {
  kernel.setPort(vf(1, ofHost));
  kernel.setLink(vfLink(1));
  kernel.setLink(vfLink(0, "renamed0"));
}

describe("a record", () => {
  test("holds what the kernel told and who represents what, and the same comes of it again", async () => {
    const kernel = dpu();
    const text = await record(kernel, false, () => happen(kernel));
    const recorded = new RecordedKernel(text);
    const common = { device, controller: 1, pf: 0, pfMac: expect.stringMatching(/^02:53:/) };
    expect(recorded.answers).toEqual([
      { ...common, function: "VF 0", netdev: "renamed0" },
      { ...common, function: "VF 1", netdev: "pf0vf1" },
      { ...common, function: "the PF itself", netdev: "pf0hpf" },
    ]);
    expect(await replay(recorded)).toEqual(recorded.answers);
  });

  test("has what the kernel was asked again, when a device came back from another namespace", async () => {
    const kernel = dpu();
    const text = await record(kernel, false, async () => {
      kernel.moveAway(vfLink(0).ifindex);
      await turn();
      kernel.moveBack(vf(0, ofHost), vfLink(0).ifindex);
      await turn();
    });
    const recorded = new RecordedKernel(text);
    expect(recorded.answers.map(({ function: of, netdev }) => [of, netdev])).toEqual([
      ["VF 0", "pf0vf0"],
      ["the PF itself", "pf0hpf"],
    ]);
    expect(await replay(recorded)).toEqual(recorded.answers);
  });

  test("has what was read anew after messages were lost", async () => {
    const kernel = dpu();
    const text = await record(kernel, false, async () => {
      kernel.overrun(() => happen(kernel));
      await turn();
    });
    const recorded = new RecordedKernel(text);
    expect(recorded.answers.map(({ netdev }) => netdev)).toEqual(["renamed0", "pf0vf1", "pf0hpf"]);
    expect(await replay(recorded)).toEqual(recorded.answers);
  });

  test("has none of the addresses, not in a name either, unless they are asked for", async () => {
    const real = [hostMac, uplinkMac, "00:53:00:00:00:ff", "b8:ce:f6:00:00:10"].flatMap((mac) => [
      mac,
      mac.replaceAll(":", ""),
    ]);
    const inside = (text: string) =>
      real.filter((mac) => text.includes(mac) || text.includes(Buffer.from(mac).toString("hex")));
    expect(inside(await record(dpu(), false, () => {}))).toEqual([]);
    expect(inside(await record(dpu(), true, () => {})).length).toBeGreaterThan(3);
  });
});

test("equal addresses have equal stand-ins, and others have others", () => {
  const scrubber = new Scrubber(false);
  expect(scrubber.mac(hostMac)).toBe(scrubber.mac(hostMac));
  expect(scrubber.mac(hostMac)).not.toBe(scrubber.mac(uplinkMac));
  expect(scrubber.text(`enx${hostMac.replaceAll(":", "")}`)).toBe(
    `enx${scrubber.mac(hostMac).replaceAll(":", "")}`,
  );
});

const files = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
describe.each(files)("%s", (file) => {
  test("comes to what it came to where it was recorded", async () => {
    const recorded = new RecordedKernel(readFileSync(join(folder, file), "utf8"));
    expect(await replay(recorded)).toEqual(recorded.answers);
  });
});

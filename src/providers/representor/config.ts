/**
 * The keys that only an entry for this provider has in the configuration file. Addresses and devices are in the notation of the
 * kernel here, with which they are compared.
 */
import * as v from "valibot";
import { parseMac } from "../../netlink/mac.ts";
import { parseDevlinkDevice } from "../../netlink/pci-address.ts";

function wholeNumber(max: number, what: string) {
  const message = `expected ${what}, a whole number from 0 to ${max}`;
  return v.pipe(v.number(), v.integer(message), v.minValue(0, message), v.maxValue(max, message));
}

const mac = v.pipe(
  v.string(),
  v.check((text) => parseMac(text) !== null, "expected a MAC address like 00:53:00:00:00:42"),
  v.transform((text) => parseMac(text) ?? text),
);

const devlinkDevice = v.pipe(
  v.string(),
  v.check((text) => parseDevlinkDevice(text) !== null, "expected a devlink device like pci/0000:03:00.0"),
  v.transform((text) => parseDevlinkDevice(text) ?? text),
);

const pin = v.strictObject({
  device: v.pipe(devlinkDevice, v.description("The devlink device, as in pci/0000:03:00.0.")),
  pf: v.pipe(wholeNumber(0xffff, "the PF's number"), v.description("The PF's number.")),
  controller: v.optional(
    v.pipe(
      wholeNumber(0xffff_ffff, "the controller's number"),
      v.description("The controller's number."),
      v.metadata({ default: "the controller that has a PF of that number" }),
    ),
  ),
  mac: v.pipe(mac, v.description("The PF's MAC address, as the CMS knows it.")),
});

const device = v.strictObject({
  device: v.pipe(devlinkDevice, v.description("The devlink device, as in pci/0002:1c:00.0.")),
  vf_base: v.pipe(v.picklist([0, 1], "expected 0 or 1"), v.description("The number of its first VF.")),
});

/** A range of numbers, as "1000-1999", or one number. */
const range = v.pipe(
  v.union([v.string(), v.number()], "expected numbers of sub-functions like 1000-1999"),
  v.transform((value) => /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(String(value))),
  v.check(
    (match) => match !== null && Number(match[1]) <= Number(match[2] ?? match[1]),
    "expected numbers of sub-functions like 1000-1999, the smaller first",
  ),
  v.transform((match) => ({ first: Number(match?.[1]), last: Number(match?.[2] ?? match?.[1]) })),
  v.check(({ last }) => last <= 0xffff_ffff, "expected numbers of sub-functions up to 4294967295"),
);

export const representorKeys = {
  pf: v.optional(
    v.pipe(
      v.array(pin),
      v.description("MAC addresses of PFs, where the kernel has none, or others than the CMS knows."),
      v.metadata({ default: "none" }),
    ),
  ),
  devices: v.optional(
    v.pipe(
      v.array(device),
      v.description("NICs that count their VFs from 1, and whose number 0 is the PF (Octeon)."),
      v.metadata({ default: "none" }),
    ),
  ),
  quiet_ms: v.optional(
    v.pipe(
      wholeNumber(60_000, "milliseconds"),
      v.description("How long a new network device is left alone where no udev runs."),
      v.metadata({ default: "`0`" }),
    ),
  ),
  set_link: v.optional(
    v.pipe(
      v.picklist(["up", "leave"]),
      v.description("Set representors up when plugged, and down again when unplugged."),
    ),
    "up",
  ),
  userspace: v.optional(
    v.pipe(
      v.picklist(["kernel", "dpdk"]),
      v.description("What a representor is on a userspace (netdev) datapath."),
    ),
    "kernel",
  ),
  sf_activate: v.optional(
    v.pipe(
      v.boolean(),
      v.description("Activate sub-functions that are inactive when plugged."),
      v.metadata({ default: "`false`" }),
    ),
  ),
  sf_range: v.optional(
    v.pipe(
      range,
      v.description("Sub-functions that are made when wanted and deleted when unplugged, as in 1000-1999."),
      v.metadata({ default: "none" }),
    ),
  ),
};

const options = v.object(representorKeys);

export type RepresentorOptions = v.InferOutput<typeof options>;
export type PfPin = v.InferOutput<typeof pin>;
export type SfRange = v.InferOutput<typeof range>;

/** The keys of the provider's own in its entry of the configuration file. */
import * as v from "valibot";
import { parseMac } from "../../netlink/mac.ts";

function wholeNumber(max: number, what: string) {
  const message = `expected ${what}, a whole number from 0 to ${max}`;
  return v.pipe(v.number(), v.integer(message), v.minValue(0, message), v.maxValue(max, message));
}

const mac = v.pipe(
  v.string(),
  v.check((text) => parseMac(text) !== null, "expected a MAC address like 00:53:00:00:00:42"),
  v.transform((text) => text.toLowerCase()),
);

const pin = v.strictObject({
  device: v.pipe(
    v.string(),
    v.regex(/^[^/\s]+\/[^/\s]+$/, "expected a devlink device like pci/0000:03:00.0"),
  ),
  pf: wholeNumber(0xffff, "the PF's number"),
  /** Absent: whichever controller has a PF of that number. */
  controller: v.optional(wholeNumber(0xffff_ffff, "the controller's number")),
  mac,
});

export const representorEntries = {
  /** MAC addresses of PFs, for where the kernel does not tell them, or not the ones that the CMS knows. */
  pf: v.optional(v.array(pin)),
  /** How long a network device that has just appeared is left alone where no udev runs; 0 unless given. */
  quiet_ms: v.optional(wholeNumber(60_000, "milliseconds")),
  /** Representors are set up when plugged and down when unplugged; they are left as they are unless given. */
  set_link: v.optional(v.picklist(["up"])),
  /** Sub-functions that are inactive are activated when plugged; they are left as they are unless given. */
  sf_activate: v.optional(v.boolean()),
};

const options = v.object(representorEntries);

export type RepresentorOptions = v.InferOutput<typeof options>;
export type PfPin = v.InferOutput<typeof pin>;

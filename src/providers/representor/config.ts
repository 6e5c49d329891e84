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
    v.description("The devlink device, as in pci/0000:03:00.0."),
  ),
  pf: v.pipe(wholeNumber(0xffff, "the PF's number"), v.description("The PF's number.")),
  controller: v.optional(
    v.pipe(
      wholeNumber(0xffff_ffff, "the controller's number"),
      v.description("The controller's number."),
      v.metadata({ default: "whichever has a PF of that number" }),
    ),
  ),
  mac: v.pipe(mac, v.description("The PF's MAC address, as the CMS knows it.")),
});

export const representorKeys = {
  pf: v.optional(
    v.pipe(
      v.array(pin),
      v.description("PFs' MAC addresses, where the kernel tells none, or not those the CMS knows."),
      v.metadata({ default: "none" }),
    ),
  ),
  quiet_ms: v.optional(
    v.pipe(
      wholeNumber(60_000, "milliseconds"),
      v.description("How long a new network device is left alone where no udev runs."),
      v.metadata({ default: "0" }),
    ),
  ),
  set_link: v.optional(
    v.pipe(
      v.picklist(["up"]),
      v.description("Set up when plugged, down when unplugged."),
      v.metadata({ default: "left as it is" }),
    ),
  ),
  sf_activate: v.optional(
    v.pipe(
      v.boolean(),
      v.description("Activate sub-functions that are inactive when plugged."),
      v.metadata({ default: "false" }),
    ),
  ),
};

const options = v.object(representorKeys);

export type RepresentorOptions = v.InferOutput<typeof options>;
export type PfPin = v.InferOutput<typeof pin>;

/**
 * The output with `--json` of commands that need no daemon (docs/json.md): `version`, `providers`, `providers check TYPE` and
 * `providers representor ports`.
 */
import * as v from "valibot";
import { count, flag, listOf, orNull, said, text, version } from "./shape.ts";

export const identityShape = v.object({
  version,
  commit: said(
    text,
    "the commit of the sources, 12 digits, with -dirty behind it if the sources differed; or unknown",
  ),
  target: said(text, "the machine that the executable is for, as linux-x64-musl"),
  runtime: text,
  providers: said(listOf(text), "provider types that are built in"),
  linked: said(listOf(text), "provider types of one's own that were linked into this executable"),
});
export type Identity = v.InferOutput<typeof identityShape>;

const optionShape = v.object({ name: text, meaning: text });

export const providersShape = v.object({
  version,
  options: said(listOf(optionShape), "options of a logical port that vifplugd itself reads"),
  providers: listOf(
    v.object({
      type: text,
      summary: text,
      options: listOf(optionShape),
      error: said(orNull(text), "why a provider of one's own cannot say more; null: it can"),
    }),
  ),
});
export type ProviderListing = v.InferOutput<typeof providersShape>;

export const conformanceShape = v.object({
  type: text,
  findings: listOf(
    v.object({
      check: text,
      passed: said(
        orNull(flag),
        "null: the check could not be made, because the provider was ready for no port",
      ),
      detail: said(
        text,
        "what was seen where the check failed; of null, each port and why the provider is not ready for that port",
      ),
    }),
  ),
});
export type Conformance = v.InferOutput<typeof conformanceShape>;

export const switchPortsShape = listOf(
  v.object({
    port: said(text, "the devlink port, or the network device with its driver's name for it"),
    flavour: v.picklist(["physical", "pcipf", "pcivf", "pcisf"]),
    controller: count,
    external: said(orNull(flag), "the function is another host's; null: the kernel does not tell"),
    pf: orNull(count),
    number: said(orNull(count), "which VF or sub-function of the PF"),
    netdev: said(orNull(text), "the port's network device now"),
    pfMac: said(orNull(text), "the MAC address of the PF that the port belongs to, or is"),
    lport: said(orNull(text), "the logical port that uses this port"),
  }),
);
export type SwitchPorts = v.InferOutput<typeof switchPortsShape>;

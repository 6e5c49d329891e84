/**
 * An example of a plug provider that is linked into an executable of one's own, for images:
 *
 *     npm run build -- --provider examples/provider-linked/veth.ts
 *
 * It plugs the host's end of a container's veth pair, which whoever starts the container names after the logical port, cut
 * to 13 letters, with "v-" before it. The configuration enables it, and may give another prefix:
 *
 *     providers: [{ type: veth, options: { prefix: "v-" } }]
 */
import type { Provider, ProviderHost } from "vifplugd-provider";

let prefix = "v-";
let host: ProviderHost | null = null;

const veth: Provider = {
  type: "veth",
  summary: "the host's end of a container's veth pair",
  reads: [],
  optionsSchema: {
    type: "object",
    properties: { prefix: { type: "string", minLength: 1, maxLength: 8 } },
    additionalProperties: false,
  },
  init(given, options) {
    host = given;
    prefix = typeof options.prefix === "string" ? options.prefix : "v-";
    host.log("info", `plugging interfaces whose names begin with ${prefix}`);
  },
  destroy() {
    host = null;
  },
  prepare({ operation, lport }) {
    if (operation === "remove") return { ready: true };
    const name = `${prefix}${lport.name}`.slice(0, 15);
    return { ready: true, interface: { name, type: "", options: {} } };
  },
};

export default veth;

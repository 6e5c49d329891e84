/**
 * The schema of the configuration file: every key with its type, bounds and purpose. Every key is optional; an absent key has its
 * default. `metadata` names the source of a default from elsewhere. `npm run generate` makes the JSON Schema and the table in
 * docs/configuration.md from this schema.
 */
import { parseRemotes } from "ovsdb-jsonrpc";
import * as v from "valibot";
import { FORMATS, LEVELS } from "../log/log.ts";
import { parseListenAddress } from "../serve/address.ts";
import { ovsRunDir } from "./ovs-rundir.ts";
import { providers } from "./provider-entries.ts";
import { section } from "./section.ts";

const remote = v.pipe(
  v.string("expected unix:FILE, tcp:HOST:PORT or ssl:HOST:PORT"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const parsed = parseRemotes(dataset.value);
    if (!parsed.ok) addIssue({ message: parsed.error });
  }),
);

const path = v.pipe(v.string(), v.nonEmpty("expected a path, received an empty string"));
const name = v.pipe(v.string(), v.nonEmpty("expected a name, received an empty string"));

const SSL_TABLE = v.metadata<string, { default: string }>({ default: "the Open_vSwitch SSL table" });

export const configSchema = section({
  ovs: v.optional(
    section({
      remote: v.optional(
        v.pipe(
          remote,
          v.description("The local Open_vSwitch database: unix:FILE, tcp:HOST:PORT, ssl:HOST:PORT."),
          v.metadata({ default: "`unix:/var/run/openvswitch/db.sock`, in `$OVS_RUNDIR` if that is set" }),
        ),
        () => `unix:${ovsRunDir()}/db.sock`,
      ),
      bridge: v.optional(
        v.pipe(
          name,
          v.description("The integration bridge."),
          v.metadata({ default: "`external_ids:ovn-bridge`, else `br-int`" }),
        ),
      ),
    }),
    {},
  ),
  southbound: v.optional(
    section({
      remote: v.optional(
        v.pipe(
          remote,
          v.description("The OVN Southbound database; members of a cluster are separated by commas."),
          v.metadata({ default: "`external_ids:ovn-remote`" }),
        ),
      ),
      private_key: v.optional(
        v.pipe(
          path,
          v.description("The file with our private key, for every ssl: remote, also ovs.remote."),
          SSL_TABLE,
        ),
      ),
      certificate: v.optional(
        v.pipe(path, v.description("The file with the certificate for this key."), SSL_TABLE),
      ),
      ca_cert: v.optional(
        v.pipe(path, v.description("The file with the certificate of the authority for servers."), SSL_TABLE),
      ),
      probe_interval_ms: v.optional(
        v.pipe(
          v.number(),
          v.integer("expected a whole number of milliseconds"),
          v.minValue(0, "expected 0 (off) or more milliseconds"),
          v.description("Milliseconds of silence before the Southbound is probed; 0: never."),
          v.metadata({ default: "`external_ids:ovn-remote-probe-interval`, else 5000; 0 on unix:" }),
        ),
      ),
    }),
    {},
  ),
  chassis: v.optional(
    v.pipe(
      name,
      v.description("The name of this chassis."),
      v.metadata({ default: "`/etc/ovn/system-id-override`, else `external_ids:system-id`" }),
    ),
  ),
  plug: v.optional(
    section({
      on_withdraw: v.optional(
        v.pipe(
          v.picklist(["unplug", "keep"]),
          v.description("What to do with a plugged port whose vif-plug-type was removed."),
        ),
        "unplug",
      ),
      on_rename: v.optional(
        v.pipe(
          v.picklist(["replug", "report"]),
          v.description("What to do with a plugged port whose provider names another interface."),
        ),
        "replug",
      ),
      additional_chassis: v.optional(
        v.pipe(v.boolean(), v.description("Also plug where this chassis is a requested additional chassis.")),
        true,
      ),
    }),
    {},
  ),
  providers: v.optional(providers, []),
  safety: v.optional(
    section({
      max_unplug: v.optional(
        v.pipe(
          v.string("expected a percentage like 25%"),
          v.regex(/^(100|\d{1,2})%$/, "expected a percentage like 25%, from 0% to 100%"),
          v.description("When more plugged ports than this share are due to go at once, hold them and wait."),
        ),
        "100%",
      ),
    }),
    {},
  ),
  run_dir: v.optional(
    v.pipe(
      path,
      v.description("The folder for vifplugd.pid and the control socket vifplugd.PID.ctl."),
      v.metadata({ default: "`$OVS_RUNDIR`, else `/var/run/openvswitch`" }),
    ),
    () => ovsRunDir(),
  ),
  log: v.optional(
    section({
      level: v.optional(v.pipe(v.picklist(LEVELS), v.description("The least urgent lines to log.")), "info"),
      format: v.optional(v.pipe(v.picklist(FORMATS), v.description("The format of the lines.")), "text"),
    }),
    {},
  ),
  metrics: v.optional(
    section({
      listen: v.optional(
        v.pipe(
          v.string("expected HOST:PORT"),
          v.rawCheck(({ dataset, addIssue }) => {
            if (!dataset.typed) return;
            const address = parseListenAddress(dataset.value);
            if (!address.ok) addIssue({ message: address.error });
          }),
          v.description("The HOST:PORT of /metrics (Prometheus), /healthz and /readyz."),
          v.metadata({ default: "none: off" }),
        ),
      ),
      engine: v.optional(
        v.pipe(v.boolean(), v.description("Show the counters of each graph node at /metrics.")),
        false,
      ),
      page: v.optional(
        v.pipe(v.boolean(), v.description("Serve a page at / that shows the state of this daemon.")),
        false,
      ),
      public: v.optional(
        v.pipe(
          v.boolean(),
          v.description("Show the names of logical ports to every client, not only to clients on this host."),
        ),
        false,
      ),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof configSchema>;

/**
 * The configuration file's schema: every key, its type, its bounds, and what it is for. Everything is optional; a
 * default is the value used when the key is absent. Where it comes from elsewhere, `metadata` says from where.
 * The JSON Schema and the table in docs/configuration.md are generated from here (`npm run generate`).
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
          v.description("The OVN Southbound database; the members of a cluster with commas between them."),
          v.metadata({ default: "`external_ids:ovn-remote`" }),
        ),
      ),
      private_key: v.optional(
        v.pipe(
          path,
          v.description("File with our private key, for ssl: remotes, that of ovs.remote too."),
          SSL_TABLE,
        ),
      ),
      certificate: v.optional(
        v.pipe(path, v.description("File with the certificate of that key."), SSL_TABLE),
      ),
      ca_cert: v.optional(
        v.pipe(path, v.description("File with the certificate that the servers' are signed by."), SSL_TABLE),
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
          v.description("What becomes of a plugged port whose vif-plug-type is taken away."),
        ),
        "unplug",
      ),
      on_rename: v.optional(
        v.pipe(
          v.picklist(["replug", "report"]),
          v.description("What becomes of a plugged port whose provider names another interface."),
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
          v.description(
            "When more of the plugged ports than this are due to go at once, hold them and wait.",
          ),
        ),
        "100%",
      ),
    }),
    {},
  ),
  run_dir: v.optional(
    v.pipe(
      path,
      v.description("Where vifplugd.pid and the control socket vifplugd.PID.ctl are made."),
      v.metadata({ default: "`$OVS_RUNDIR`, else `/var/run/openvswitch`" }),
    ),
    () => ovsRunDir(),
  ),
  log: v.optional(
    section({
      level: v.optional(v.pipe(v.picklist(LEVELS), v.description("The least urgent lines to log.")), "info"),
      format: v.optional(v.pipe(v.picklist(FORMATS), v.description("How lines are written.")), "text"),
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
          v.description("Where /metrics (Prometheus), /healthz and /readyz are served, as HOST:PORT."),
          v.metadata({ default: "none: off" }),
        ),
      ),
      engine: v.optional(
        v.pipe(v.boolean(), v.description("Count at /metrics what each node of the dataflow graph did.")),
        false,
      ),
      page: v.optional(
        v.pipe(v.boolean(), v.description("Serve a page at / that shows what this daemon does.")),
        false,
      ),
      public: v.optional(
        v.pipe(
          v.boolean(),
          v.description(
            "Show names of logical ports there to everybody who can connect, and not to this host alone.",
          ),
        ),
        false,
      ),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof configSchema>;

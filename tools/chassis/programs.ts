/** The programs of a chassis: their names, their arguments, and the line with which each program says that it serves. */
import { join } from "node:path";
import type { DatabaseName } from "./databases.ts";

export type ProgramName =
  | "ovsdb-server"
  | "ovnnb_db"
  | "ovnsb_db"
  | "ovn-northd"
  | "ovs-vswitchd"
  | "ovn-controller";

export interface DatabaseFiles {
  readonly server: ProgramName;
  /** The name in the run directory by which the OVS and OVN tools look for the socket. */
  readonly socket: string;
  readonly file: string;
  readonly schema: string;
}

export const databases: { readonly [D in DatabaseName]: DatabaseFiles } = {
  Open_vSwitch: {
    server: "ovsdb-server",
    socket: "db.sock",
    file: "conf.db",
    schema: "/usr/share/openvswitch/vswitch.ovsschema",
  },
  OVN_Northbound: {
    server: "ovnnb_db",
    socket: "ovnnb_db.sock",
    file: "ovnnb_db.db",
    schema: "/usr/share/ovn/ovn-nb.ovsschema",
  },
  OVN_Southbound: {
    server: "ovnsb_db",
    socket: "ovnsb_db.sock",
    file: "ovnsb_db.db",
    schema: "/usr/share/ovn/ovn-sb.ovsschema",
  },
};

/** A program writes its line after it has opened its sockets. For a program without a line, another sign says that it is ready. */
export const readyLine: { readonly [P in ProgramName]: RegExp | undefined } = {
  "ovsdb-server": /\|INFO\|ovsdb-server \(/,
  ovnnb_db: /\|INFO\|ovsdb-server \(/,
  ovnsb_db: /\|INFO\|ovsdb-server \(/,
  "ovs-vswitchd": /\|INFO\|ovs-vswitchd \(/,
  "ovn-northd": undefined,
  "ovn-controller": undefined,
};

const logToStderr = ["-vconsole:info", "-vsyslog:off", "-vfile:off"];

/** The command line of a program, in the foreground. ovn-controller gets no --enable-dummy-vif-plug: it must not plug. */
export function commandLine(name: ProgramName, dir: string): readonly string[] {
  const inRun = (file: string) => join(dir, "run", file);
  const remote = (database: DatabaseName) => `unix:${inRun(databases[database].socket)}`;
  const common = [`--pidfile=${inRun(`${name}.pid`)}`, ...logToStderr];
  switch (name) {
    case "ovsdb-server":
      return databaseServer("Open_vSwitch", dir, common);
    case "ovnnb_db":
      return databaseServer("OVN_Northbound", dir, common);
    case "ovnsb_db":
      return databaseServer("OVN_Southbound", dir, common);
    case "ovn-northd":
      return [
        name,
        ...common,
        `--ovnnb-db=${remote("OVN_Northbound")}`,
        `--ovnsb-db=${remote("OVN_Southbound")}`,
      ];
    case "ovs-vswitchd":
      return [name, ...common, "--enable-dummy=override", "--disable-system", remote("Open_vSwitch")];
    case "ovn-controller":
      return [name, ...common, remote("Open_vSwitch")];
  }
}

function databaseServer(database: DatabaseName, dir: string, common: readonly string[]): readonly string[] {
  const { server, socket, file } = databases[database];
  const control = server === "ovsdb-server" ? [] : [`--unixctl=${join(dir, "run", `${server}.ctl`)}`];
  return [
    "ovsdb-server",
    ...common,
    ...control,
    `--remote=punix:${join(dir, "run", socket)}`,
    join(dir, file),
  ];
}

/** What `ovs-appctl -t` takes for a program: the name in its pid file, or the path of its control socket. */
export function controlTarget(name: string, dir: string): string {
  return name === "ovnnb_db" || name === "ovnsb_db" ? join(dir, "run", `${name}.ctl`) : name;
}

/** Points every OVS and OVN program into the folder. The caller's own settings for these programs are left out. */
export function environment(dir: string): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(OVS|OVN)_/.test(key)) env[key] = value;
  }
  for (const prefix of ["OVS", "OVN"]) {
    env[`${prefix}_RUNDIR`] = join(dir, "run");
    for (const kind of ["LOGDIR", "DBDIR", "SYSCONFDIR"]) env[`${prefix}_${kind}`] = dir;
  }
  env.PATH = `${env.PATH ?? "/usr/bin:/bin"}:/usr/sbin:/sbin`;
  return env;
}

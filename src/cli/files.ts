/** The files that commands read and write, for `help COMMAND` and vifplugd(8). */

import { SYSTEM_ID_OVERRIDE } from "../config/effective.ts";
import { DEFAULT_CONFIG_FILE } from "../config/load.ts";

export interface UsedFile {
  readonly path: string;
  readonly is: string;
}

export const CONFIG_FILE: UsedFile = {
  path: DEFAULT_CONFIG_FILE,
  is: "the configuration, unless --config names another file; a missing file means defaults",
};
/** The name of the machine's chassis, in place of `external_ids:system-id`; OVN reads this file too. */
const SYSTEM_ID_FILE: UsedFile = {
  path: SYSTEM_ID_OVERRIDE,
  is: "the chassis name, which beats external_ids:system-id",
};
const OVS_SOCKET: UsedFile = {
  path: "/var/run/openvswitch/db.sock",
  is: "the local Open_vSwitch database, unless ovs.remote names another",
};
const PID_FILE: UsedFile = {
  path: "/var/run/openvswitch/vifplugd.pid",
  is: "the process id of the running daemon, in run_dir",
};
const CONTROL_SOCKET: UsedFile = {
  path: "/var/run/openvswitch/vifplugd.PID.ctl",
  is: "the running daemon's control socket, beside the pid file",
};

/** The files of a command that asks the running daemon. */
export const TO_ASK: readonly UsedFile[] = [CONFIG_FILE, PID_FILE, CONTROL_SOCKET];
/** The files of a command that connects to the databases. */
export const TO_CONNECT: readonly UsedFile[] = [CONFIG_FILE, SYSTEM_ID_FILE, OVS_SOCKET];

/** All these files. */
export const FILES: readonly UsedFile[] = [...TO_CONNECT, PID_FILE, CONTROL_SOCKET];

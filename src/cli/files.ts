/** The files that commands read and write; `help COMMAND` and vifplugd(8) tell of them. */

import { SYSTEM_ID_OVERRIDE } from "../config/effective.ts";
import { DEFAULT_CONFIG_FILE } from "../config/load.ts";

export interface UsedFile {
  readonly path: string;
  readonly is: string;
}

export const CONFIG_FILE: UsedFile = {
  path: DEFAULT_CONFIG_FILE,
  is: "the configuration, where --config names no other; without it, defaults",
};
/** As `external_ids:system-id`, but of the machine: OVN reads it too. */
const SYSTEM_ID_FILE: UsedFile = {
  path: SYSTEM_ID_OVERRIDE,
  is: "the chassis' name, which beats external_ids:system-id",
};
const OVS_SOCKET: UsedFile = {
  path: "/var/run/openvswitch/db.sock",
  is: "the local Open_vSwitch database, where ovs.remote names no other",
};
const PID_FILE: UsedFile = {
  path: "/var/run/openvswitch/vifplugd.pid",
  is: "the process id of the running daemon, in run_dir",
};
const CONTROL_SOCKET: UsedFile = {
  path: "/var/run/openvswitch/vifplugd.PID.ctl",
  is: "the running daemon's control socket, beside the pid file",
};

/** Of a command that asks the running daemon. */
export const TO_ASK: readonly UsedFile[] = [CONFIG_FILE, PID_FILE, CONTROL_SOCKET];
/** Of a command that connects to the databases. */
export const TO_CONNECT: readonly UsedFile[] = [CONFIG_FILE, SYSTEM_ID_FILE, OVS_SOCKET];

/** All of them. */
export const FILES: readonly UsedFile[] = [...TO_CONNECT, PID_FILE, CONTROL_SOCKET];

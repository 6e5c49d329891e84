/** The folder of Open vSwitch's sockets and pid files on this host (ovs-appctl(8)); OVS_RUNDIR names another folder. */

const DEFAULT = "/var/run/openvswitch";

export function ovsRunDir(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return environment.OVS_RUNDIR || DEFAULT;
}

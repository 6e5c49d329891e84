/** Where Open vSwitch keeps its sockets and pid files on this host (ovs-appctl(8)): OVS_RUNDIR moves it. */

const DEFAULT = "/var/run/openvswitch";

export function ovsRunDir(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return environment.OVS_RUNDIR || DEFAULT;
}

/** A shell script that makes a host an OVN chassis with a cloud of its own, on the paths that its packages use. */
export const CHASSIS = `
mkdir -p /run/openvswitch /run/ovn /etc/openvswitch /var/lib/ovn /var/log/openvswitch /var/log/ovn
options='--detach --no-chdir -vconsole:off -vfile:info'
serve() { # FILE SCHEMA SOCKET NAME
  ovsdb-tool create "$1" "$2"
  ovsdb-server $options --pidfile="/run/$4.pid" --unixctl="/run/$4.ctl" --log-file="/var/log/$4.log" \\
    --remote="punix:$3" "$1"
}
serve /etc/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema /run/openvswitch/db.sock openvswitch/ovsdb-server
for db in nb sb; do
  serve /var/lib/ovn/ovn\${db}_db.db /usr/share/ovn/ovn-$db.ovsschema /run/ovn/ovn\${db}_db.sock ovn/ovn\${db}_db
done
ovs-vsctl --no-wait init -- set Open_vSwitch . external_ids:system-id=hv1 external_ids:hostname=hv1 \\
  external_ids:ovn-remote=unix:/run/ovn/ovnsb_db.sock external_ids:ovn-encap-type=geneve \\
  external_ids:ovn-encap-ip=127.0.0.1 -- add-br br-int -- set Bridge br-int fail-mode=secure
ovs-vswitchd $options --pidfile --log-file=/var/log/ovs-vswitchd.log --enable-dummy=override --disable-system
ovn-nbctl init
ovn-sbctl init
ovn-northd $options --pidfile --log-file=/var/log/ovn-northd.log
ovn-controller $options --pidfile --log-file=/var/log/ovn-controller.log
ovn-nbctl --timeout=60 --wait=hv sync
ovn-nbctl ls-add sw0
`;

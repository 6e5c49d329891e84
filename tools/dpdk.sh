#!/bin/sh
# Makes ready Debian's Open vSwitch with DPDK, then becomes the command given:
#
#     sh tools/dpdk.sh bun run tools/test.ts ./test/dpdk/userspace.long.ts
#
# Its packages are downloaded and unpacked into .cache/dpdk and never installed: installing them would make DPDK the Open
# vSwitch of the whole machine. With everything in place this takes a few milliseconds.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cache=$root/.cache/dpdk
packages='openvswitch-switch-dpdk librte-net-virtio23 librte-net-null23 librte-mempool-ring23'

say() { printf 'test:dpdk: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[ $# -gt 0 ] || die 'usage: sh tools/dpdk.sh COMMAND [ARGUMENT...]'
[ "$(id -u)" = 0 ] || die 'run this as root: each switch gets a network namespace of its own'

# What would be installed, were they installed.
wanted() {
  # shellcheck disable=SC2086
  apt-get install -s --no-install-recommends $packages 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

if [ ! -e "$cache/root/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk" ]; then
  command -v apt-get >/dev/null || die 'there is no apt-get; Debian 12 is needed'
  names=$(wanted)
  [ -n "$names" ] || { apt-get update >/dev/null 2>&1 || true; names=$(wanted); }
  [ -n "$names" ] || die "apt offers no $packages"
  say "fetching Debian's Open vSwitch with DPDK (about 4 MB)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # shellcheck disable=SC2086
  (cd "$work" && apt-get download $names) >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; die 'apt-get failed'; }
  for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/root"; done
  rm -rf "$cache"
  mkdir -p "$cache"
  mv "$work/root" "$cache/root"
  rm -rf "$work"
  trap - EXIT
fi
exec "$@"

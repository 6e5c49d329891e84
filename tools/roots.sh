#!/bin/sh
# Makes Debian roots, as an installer would, then becomes the command given:
#
#     sh tools/roots.sh 'bookworm trixie' bun run tools/test.ts ./test/package/hosts.long.ts
#
# Each suite is a folder in .cache/roots with Debian's base system, Open vSwitch and OVN, made by debootstrap; nothing of
# it is started. Tests copy it and leave it as it is. A suite that is there takes no time. `trixie+openrc+rpm` is trixie
# with these packages besides.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
roots=$root/.cache/roots
packages=openvswitch-switch,ovn-host,ovn-central,python3-minimal,init-system-helpers

[ $# -gt 1 ] || { echo 'usage: sh tools/roots.sh SUITES COMMAND [ARGUMENT...]' >&2; exit 64; }
suites=$1
shift

say() { printf 'roots: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

make_suite() {
  say "making a root of Debian $suite in $roots (about 330 MB)"
  mkdir -p "$roots"
  rm -rf --one-file-system "$roots/$suite.part"
  log=$(mktemp)
  debootstrap --variant=minbase "--include=$packages" "$suite" "$roots/$suite.part" >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; die "debootstrap failed; its last messages are above"; }
  rm -f "$log"
  # What apt fetched is unpacked.
  rm -rf "$roots/$suite.part/var/cache/apt/archives" && mkdir -p "$roots/$suite.part/var/cache/apt/archives/partial"
  mv "$roots/$suite.part" "$roots/$suite"
}

add_packages() {
  more=$(printf %s "${name#*+}" | tr + ' ')
  say "adding $more to a root of Debian $suite"
  rm -rf --one-file-system "$roots/$name.part"
  cp -a --reflink=auto "$roots/$suite" "$roots/$name.part"
  log=$(mktemp)
  # shellcheck disable=SC2086
  chroot "$roots/$name.part" sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
    --no-install-recommends "$@" && apt-get clean' sh $more >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; die "apt-get failed; its last messages are above"; }
  rm -f "$log"
  mv "$roots/$name.part" "$roots/$name"
}

for name in $suites; do
  [ ! -e "$roots/$name" ] || continue
  [ "$(id -u)" = 0 ] || die 'debootstrap needs root'
  suite=${name%%+*}
  [ -e "$roots/$suite" ] || make_suite
  [ "$name" = "$suite" ] || add_packages
done
exec "$@"

#!/bin/sh
# Runs a command in a copy of this repository on Debian 13, with what a new machine has: Node.js and npm.
#
#     sh tools/roots.sh trixie sh tools/debian13.sh npm test
#
# The root is made once, in .cache/roots, from the one of tools/roots.sh. What npm has installed here is taken along, so
# that only Debian's packages come from the network. Everything that runs there ends with the command, and the copy goes.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
roots=$root/.cache/roots
base=$roots/trixie-with-npm

say() { printf 'debian13: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[ $# -gt 0 ] || { echo 'usage: sh tools/debian13.sh COMMAND [ARGUMENT...]' >&2; exit 64; }
[ "$(id -u)" = 0 ] || die 'namespaces and chroot need root'

make_base() {
  [ -e "$roots/trixie" ] || die 'make the root first: sh tools/roots.sh trixie COMMAND'
  say 'installing Node.js and npm in a root of Debian 13'
  rm -rf --one-file-system "$base.part"
  cp -a "$roots/trixie" "$base.part"
  log=$(mktemp)
  chroot "$base.part" sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
    --no-install-recommends nodejs npm procps && apt-get clean' >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; die 'apt-get failed; its last messages are above'; }
  rm -f "$log"
  mv "$base.part" "$base"
}

[ -e "$base" ] || make_base
copy=$(mktemp -d)
trap 'rm -rf --one-file-system "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp -a --reflink=auto "$base/." "$copy"
mkdir "$copy/src"
(cd "$root" && git ls-files -z --cached --others --exclude-standard |
  tar --create --null --files-from=- --ignore-failed-read) | tar --extract --directory "$copy/src"
cp -a "$root/node_modules" "$copy/src/"
# The root of the copy is a mount, as that of a machine is: programs there change how it propagates.
# shellcheck disable=SC2016
unshare --mount --pid --uts --ipc --fork --kill-child sh -c '
  mount --bind "$0" "$0" && cd "$0" && exec chroot . sh -c "$@"' "$copy" '
  mount -t proc proc /proc && mount -t sysfs -o ro sysfs /sys && mount -t tmpfs -o mode=755 tmpfs /run && mount -t tmpfs tmpfs /tmp
  mkdir -p /dev/pts && mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts && ln -sf pts/ptmx /dev/ptmx
  hostname debian13
  # Not by exec: the shell waits for what is left of processes whose parent has ended.
  cd /src && env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; exit $?' sh "$@"

#!/bin/sh
# Makes sure that programs are there, then becomes the command given:
#
#     sh tools/with-programs.sh package 'zstd rpmbuild:rpm scdoc' bun run tools/package/main.ts
#
# The first word names who asks, in messages. The second lists the programs, each with its Debian package behind a colon
# where that has another name. What is missing is installed with apt-get, and said first. With everything in place this
# takes a few milliseconds and needs no privileges.
set -eu

PATH=$PATH:/usr/sbin:/sbin
export PATH

[ $# -gt 2 ] || { echo 'usage: sh tools/with-programs.sh NAME PROGRAMS COMMAND [ARGUMENT...]' >&2; exit 64; }
asker=$1 programs=$2
shift 2

say() { printf '%s: %s\n' "$asker" "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $wanted >>"$log" 2>&1
}

wanted=
for pair in $programs; do
  have "${pair%%:*}" || wanted="$wanted ${pair#*:}"
done
if [ -n "$wanted" ]; then
  have apt-get || die "missing, and there is no apt-get to install it:$wanted"
  [ "$(id -u)" = 0 ] || die "missing; run this as root, or: sudo apt-get install --no-install-recommends$wanted"
  say "installing Debian packages with apt-get:$wanted"
  log=$(mktemp)
  install || { apt-get update >>"$log" 2>&1 && install; } ||
    { tail -n 40 "$log" >&2; rm -f "$log"; die 'apt-get failed; its last messages are above'; }
  rm -f "$log"
fi
exec "$@"

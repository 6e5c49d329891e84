#!/bin/sh
# Makes a fresh checkout able to run a command, then becomes that command:
#
#     sh tools/bootstrap.sh bun run tools/demo.ts
#     sh tools/bootstrap.sh --tests bun run tools/test.ts
#     sh tools/bootstrap.sh --npm-only bun run build.ts
#
# Given are Node.js (18 or newer) and npm. What is missing is installed, and said first: the npm dependencies, and,
# unless these are all that is asked for, Open vSwitch with OVN from the distribution's packages; for the tests also
# the other programs that they run vifplugd with. It never starts a
# service and never leaves one enabled that was not enabled before. With everything in place it takes a few
# milliseconds and needs no privileges.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
packages='ovn-central ovn-host openvswitch-switch'
programs='ovsdb-server ovsdb-tool ovsdb-client ovs-vswitchd ovs-vsctl ovs-appctl
  ovn-northd ovn-controller ovn-nbctl ovn-sbctl'
test_packages='zsh iproute2 git'
test_programs='zsh ip git'
policy=/usr/sbin/policy-rc.d
policy_mark='# Written by the bootstrap script of vifplugd; safe to delete.'
PATH=$root/node_modules/.bin:$PATH:/usr/sbin:/sbin
export PATH

say() { printf 'bootstrap: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

require_node() {
  if ! have node || ! have npm; then
    die 'Node.js 18 or newer and npm are needed; on Debian: apt-get install nodejs npm'
  fi
  node -e 'process.exit(parseInt(process.versions.node, 10) >= 18 ? 0 : 1)' ||
    die "Node.js 18 or newer is needed, this is $(node --version)"
}

# npm writes node_modules/.package-lock.json last, so its time says whether a complete install is current.
install_npm_dependencies() {
  installed=$root/node_modules/.package-lock.json
  if [ ! -e "$installed" ] || [ -n "$(find "$root/package-lock.json" -newer "$installed")" ]; then
    say 'installing the npm dependencies (npm ci)'
    (cd "$root" && npm ci --no-progress --loglevel=error >&2) || die 'npm ci failed; its messages are above'
  fi
  bun --version >/dev/null 2>&1 && return
  # npm may refuse to run install scripts; the one of the package bun puts its executable in place.
  say 'putting the bun executable in place'
  (cd "$root" && node node_modules/bun/install.js >&2) || true
  bun --version >/dev/null 2>&1 || die 'node_modules/.bin/bun does not run; remove node_modules and try again'
}

missing_programs() {
  for program in $programs; do
    have "$program" || printf ' %s' "$program"
  done
}

missing_packages() {
  for package in $packages; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || printf ' %s' "$package"
  done
}

# Every link that makes Open vSwitch or OVN start at boot, under systemd or under System V init.
boot_links() {
  find /etc/systemd/system /etc/rc?.d -type l \
    \( -name '*ovn-*' -o -name '*ovs-*' -o -name '*openvswitch-*' \) 2>/dev/null | sort
}

# While it is in place, maintainer scripts start nothing. Somebody else's file is kept aside.
forbid_service_starts() {
  if [ -e $policy ] && ! grep -qF "$policy_mark" $policy; then
    mv $policy $policy.vifplugd-saved
  fi
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >$policy
  chmod 755 $policy
}

allow_service_starts() {
  ! grep -qF "$policy_mark" $policy || rm -f $policy
  [ ! -e $policy.vifplugd-saved ] || mv $policy.vifplugd-saved $policy
}

# Removing the links is what "systemctl disable" does, and package upgrades respect it; it needs no running systemd.
disable_what_was_enabled() {
  boot_links | comm -13 "$work/links" - | while read -r link; do
    case $link in
      /etc/systemd/system/*)
        rm -f "$link"
        rmdir "${link%/*}" 2>/dev/null || true
        ;;
      /etc/rc?.d/S*) update-rc.d "${link##*/S[0-9][0-9]}" disable >/dev/null || true ;;
    esac
  done
  [ ! -d /run/systemd/system ] || systemctl daemon-reload || true
}

undo() {
  trap '' INT TERM HUP
  disable_what_was_enabled
  allow_service_starts
  rm -rf "$work"
}

apt_install() {
  # shellcheck disable=SC2086
  apt-get install -y --no-install-recommends $wanted >>"$work/log" 2>&1
}

install_packages() {
  absent=$(missing_programs)
  [ -n "$absent" ] || return 0
  wanted=$(missing_packages)
  have apt-get || die "missing:$absent; install Open vSwitch and OVN (central and host), and what else is named, with your package manager"
  [ -n "$wanted" ] || die "missing:$absent, although $packages are installed; look at PATH"
  [ "$(id -u)" = 0 ] ||
    die "missing:$absent; run this as root, or: sudo apt-get install --no-install-recommends$wanted"

  say "installing Debian packages with apt-get:$wanted"
  say 'their services are neither started nor enabled'
  export DEBIAN_FRONTEND=noninteractive
  exec 9</usr/sbin
  flock 9
  work=$(mktemp -d)
  boot_links >"$work/links"
  trap undo EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  forbid_service_starts
  # shellcheck disable=SC2086
  { apt-cache show $wanted >/dev/null 2>&1 && apt_install; } ||
    { apt-get update >>"$work/log" 2>&1 && apt_install; } ||
    { tail -n 40 "$work/log" >&2; die 'apt-get failed; its last messages are above'; }
  undo
  trap - EXIT HUP INT TERM
  exec 9<&-
  absent=$(missing_programs)
  [ -z "$absent" ] || die "still missing after the installation:$absent"
}

npm_only=
case ${1-} in
  --npm-only)
    npm_only=1
    shift
    ;;
  --tests)
    packages="$packages $test_packages"
    programs="$programs $test_programs"
    shift
    ;;
esac
[ $# -gt 0 ] || die 'usage: sh tools/bootstrap.sh [--npm-only|--tests] COMMAND [ARGUMENT...]'
require_node
exec 8<"$root/package-lock.json"
flock 8
install_npm_dependencies
exec 8<&-
[ -n "$npm_only" ] || install_packages
exec "$@"

#!/bin/sh
# Prints the path of promtool, Prometheus's checker of metrics and rules:
#
#     "$(sh tools/promtool.sh)" check metrics <metrics.txt
#
# The one of this machine; else the one of Debian's package promtool, or of prometheus where that still holds it (Debian 12),
# unpacked in .cache/promtool and not installed, so that no service comes with it.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
kept=$root/.cache/promtool/promtool

say() { printf 'promtool: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

if command -v promtool; then exit 0; fi
if [ ! -x "$kept" ]; then
  command -v apt-get >/dev/null || die 'there is neither promtool nor apt-get; install Prometheus'
  offered() { apt-cache show "$1" >/dev/null 2>&1; }
  offered promtool || offered prometheus || apt-get update >/dev/null 2>&1 || true
  package=prometheus
  ! offered promtool || package=promtool
  say "fetching Debian's package $package (about 19 MB)"
  mkdir -p "$(dirname "$kept")"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # As another user than root apt would not be let into the folder.
  fetch() { (cd "$work" && apt-get -o APT::Sandbox::User=root download "$package" >>log 2>&1); }
  fetch || { apt-get update >>"$work/log" 2>&1 && fetch; } ||
    { tail -n 20 "$work/log" >&2; die 'apt-get failed; its last messages are above'; }
  dpkg-deb --fsys-tarfile "$work/$package"_*.deb | tar --extract --directory "$work" ./usr/bin/promtool
  mv "$work/usr/bin/promtool" "$kept"
fi
printf '%s\n' "$kept"

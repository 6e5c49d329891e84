#!/bin/sh
# Makes ready what the system test's virtual machine is made of, then becomes the command given:
#
#     sh tools/system/prepare.sh bun run tools/system/main.ts
#
# The machine runs Debian's own kernel. Debian builds it without netdevsim, the kernel's pretended NIC, so that module
# is built here from Debian's source of the very same kernel. The kernel's packages are unpacked, never installed; what
# is needed of them stays in .cache/system for the next run. With everything in place this takes a few milliseconds.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=$root/.cache/system
programs='qemu-system-x86_64:qemu-system-x86 make:make gcc-12:gcc-12 xz:xz-utils depmod:kmod ip:iproute2
  devlink:iproute2 strace:strace'
PATH=$PATH:/usr/sbin:/sbin
export PATH

say() { printf 'test:system: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

install_programs() {
  wanted=
  for pair in $programs; do
    have "${pair%%:*}" || wanted="$wanted ${pair#*:}"
  done
  [ -n "$wanted" ] || return 0
  have apt-get || die "missing, and there is no apt-get to install it:$wanted"
  [ "$(id -u)" = 0 ] || die "missing; run this as root, or: sudo apt-get install --no-install-recommends$wanted"
  say "installing Debian packages with apt-get:$wanted"
  # As bootstrap.sh has it: two runs of apt-get would be in each other's way.
  exec 9</usr/sbin
  flock 9
  # shellcheck disable=SC2086
  apt $wanted || { apt-get update >>"$work/log" 2>&1 && apt $wanted; } || show_log 'apt-get failed'
  exec 9<&-
}

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$work/log" 2>&1
}

show_log() {
  tail -n 40 "$work/log" >&2
  die "$*; its last messages are above"
}

depends() {
  apt-cache show --no-all-versions "$1" | sed -n 's/^Depends: *\([^ ,]*\).*/\1/p'
}

# Sets abi (6.1.0-56-amd64), base (6.1.0-56), series (6.1) and version (6.1.192-2) of the kernel that apt offers.
choose_kernel() {
  image=$(depends linux-image-amd64)
  [ -n "$image" ] || { apt-get update >>"$work/log" 2>&1 || true; image=$(depends linux-image-amd64); }
  case $image in
    linux-image-*-amd64) ;;
    *) die 'apt offers no package linux-image-amd64; Debian 12 with its package lists is needed' ;;
  esac
  abi=${image#linux-image-}
  base=${abi%-amd64}
  series=$(echo "$abi" | cut -d. -f1,2)
  version=$(apt-cache show --no-all-versions "$image" | sed -n 's/^Version: //p')
}

# Copies into the present folder what apt has in its cache of these packages. apt itself would trust a file of the right
# length, so the checksum is compared here.
reuse_packages() {
  apt-get download --print-uris "$@" 2>>"$work/log" | while read -r _ file _ sum; do
    cp "$archives$file" . 2>/dev/null || continue
    echo "${sum#SHA256:}  $file" | sha256sum --check --status || rm "$file"
  done
}

# Leaves the packages of the present folder in apt's cache for the next clone, as apt-get install would. apt-get clean
# removes them. Whoever may not write there fetches them again.
keep_packages() {
  [ -w "$archives" ] || return 0
  for package in *.deb; do
    [ -e "$archives$package" ] || { cp "$package" "$archives$package.part" && mv "$archives$package.part" "$archives$package"; }
  done
}

fetch_kernel() {
  eval "$(apt-config shell archives Dir::Cache::archives/d)"
  set -- "linux-image-$abi=$version" "linux-headers-$abi=$version" "linux-headers-$base-common=$version" \
    "linux-kbuild-$series=$version" "linux-source-$series=$version" busybox-static
  (
    cd "$work"
    reuse_packages "$@"
    found=$(find . -name '*.deb' | wc -l)
    say "unpacking Debian's kernel $version ($found of $# packages are in apt's cache; all of them are about 220 MB)"
    { apt-get download "$@" || { apt-get update && apt-get download "$@"; }; } >>"$work/log" 2>&1 ||
      show_log 'apt-get download failed'
    keep_packages
  )
  for package in "$work"/linux-image-* "$work"/linux-headers-* "$work"/linux-kbuild-* "$work"/busybox-static_*; do
    dpkg-deb -x "$package" "$work/tree"
  done
  dpkg-deb --fsys-tarfile "$work"/linux-source-*.deb | tar -xO "./usr/src/linux-source-$series.tar.xz" |
    xz -dc | tar -x -C "$work" "linux-source-$series/drivers/net/netdevsim"
}

build_netdevsim() {
  say 'building netdevsim'
  headers=$work/tree/usr/src/linux-headers-$abi
  # The headers name the place where they would be installed.
  sed -i "s#/usr/src/#$work/tree/usr/src/#" "$headers/Makefile"
  netdevsim=$work/linux-source-$series/drivers/net/netdevsim
  make -C "$headers" M="$netdevsim" CONFIG_NETDEVSIM=m modules >>"$work/log" 2>&1 || show_log 'building netdevsim failed'
  strip --strip-debug "$netdevsim/netdevsim.ko"
  mkdir "$work/tree/lib/modules/$abi/extra"
  mv "$netdevsim/netdevsim.ko" "$work/tree/lib/modules/$abi/extra/"
}

# Every module that is named in what follows, with those that it depends on, in the order in which they are loaded.
module_files() {
  for module in virtio_pci 9pnet_virtio 9p overlay openvswitch netdevsim dummy; do
    modprobe -d "$work/tree" -S "$abi" --show-depends "$module" || exit 1
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# The first file system: enough to load the modules and go over to the host's, shared read-only.
make_initramfs() {
  depmod -b "$work/tree" "$abi"
  for folder in bin modules host memory root proc sys dev; do mkdir -p "$work/initramfs/$folder"; done
  cp "$work/tree/bin/busybox" "$work/initramfs/bin/"
  ln -s busybox "$work/initramfs/bin/sh"
  cp "$root/tools/system/init.sh" "$work/initramfs/init"
  chmod 755 "$work/initramfs/init"
  files=$(module_files) || die "the kernel's packages lack a module"
  for file in $files; do
    cp "$file" "$work/initramfs/modules/"
    basename "$file" >>"$work/initramfs/modules/order"
  done
  (cd "$work/initramfs" && find . | "$work/tree/bin/busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$work/initramfs.gz"
}

# Built again when the first program of the machine or this script has changed.
is_prepared() {
  [ -e "$cache/kernel" ] && [ -e "$cache/initramfs.gz" ] &&
    [ -z "$(find "$root/tools/system/init.sh" "$root/tools/system/prepare.sh" -newer "$cache/initramfs.gz")" ]
}

prepare() {
  [ "$(uname -m)" = x86_64 ] || die "this test needs an x86_64 machine, this is $(uname -m)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  install_programs
  if ! is_prepared; then
    choose_kernel
    fetch_kernel
    build_netdevsim
    make_initramfs
    mkdir -p "$cache"
    cp "$work/tree/boot/vmlinuz-$abi" "$cache/kernel"
    mv "$work/initramfs.gz" "$cache/"
  fi
  rm -rf "$work"
  trap - EXIT INT TERM
}

[ $# -gt 0 ] || die 'usage: sh tools/system/prepare.sh COMMAND [ARGUMENT...]'
prepare
exec "$@"

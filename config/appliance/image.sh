#!/bin/sh
# Makes an OCI image from scratch: the executable, the C library that it names, and nothing else.
#
#     sh config/appliance/image.sh EXECUTABLE NAME:TAG [oci-archive:FILE]
#
# Needs buildah, and root or a user namespace; no network and no registry. What is in the image is what ldd names, from
# this machine, whose processor has to be the executable's.
set -eu

[ $# -ge 2 ] || { echo 'usage: sh config/appliance/image.sh EXECUTABLE NAME:TAG [DESTINATION]' >&2; exit 64; }
executable=$1 name=$2 destination=${3-}

container=$(buildah from scratch)
trap 'buildah rm "$container" >/dev/null' EXIT
buildah copy -q --chmod 755 "$container" "$executable" /usr/bin/vifplugd >/dev/null
for library in $(ldd "$executable" | grep -o '/[^ ]*'); do
  buildah copy -q --chmod 755 "$container" "$(readlink -f "$library")" "$library" >/dev/null
done
buildah config --entrypoint '["/usr/bin/vifplugd"]' --cmd run --env PATH=/usr/bin "$container"
buildah commit -q "$container" "$name"
[ -z "$destination" ] || buildah push -q "$name" "$destination"

#!/bin/sh
# The first program of the virtual machine: goes over to the host's file system, which is read-only, and runs the
# script `run` of the exchange folder, which is all that the host and the machine share for writing. The exit code of
# the script ends up in that folder; then the machine is switched off.
export PATH=/bin
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t debugfs debug /sys/kernel/debug
busybox mount -t devtmpfs dev /dev
while read -r module; do busybox insmod "/modules/$module"; done </modules/order
share='trans=virtio,version=9p2000.L,msize=512000'
busybox mount -t 9p -o "ro,cache=loose,$share" host /host
for folder in proc sys dev; do busybox mount --move "/$folder" "/host/$folder"; done
for folder in tmp run mnt; do busybox mount -t tmpfs "$folder" "/host/$folder"; done
busybox mount -t 9p -o "$share" exchange /host/mnt
busybox ip link set lo up
busybox chroot /host /bin/sh /mnt/run >/host/mnt/output 2>&1
echo $? >/host/mnt/exit-code
busybox sync
busybox poweroff -f

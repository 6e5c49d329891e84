#!/bin/sh
# The first program of the virtual machine: goes over to the host's file system, and runs the script `run` of the
# exchange folder. What is written goes to memory and never to the host, but for the exchange folder. The exit code of
# the script ends up in that folder; then the machine is switched off.
export PATH=/bin
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t debugfs debug /sys/kernel/debug
busybox mount -t devtmpfs dev /dev
while read -r module; do busybox insmod "/modules/$module"; done </modules/order
share='trans=virtio,version=9p2000.L,msize=512000'
busybox mount -t 9p -o "ro,cache=loose,$share" host /host
busybox mount -t tmpfs memory /memory
busybox mkdir /memory/written /memory/work
busybox mount -t overlay -o lowerdir=/host,upperdir=/memory/written,workdir=/memory/work root /root
for folder in proc sys dev; do busybox mount --move "/$folder" "/root/$folder"; done
# The host's udev and services are not this machine's.
busybox mount -t tmpfs run /root/run
busybox mkdir /root/exchange
busybox mount -t 9p -o "$share" exchange /root/exchange
busybox ip link set lo up
busybox chroot /root /bin/sh /exchange/run >/root/exchange/output 2>&1
echo $? >/root/exchange/exit-code
busybox sync
busybox poweroff -f

#!/bin/sh
# A cell as Lambda's: run COMMAND where there is nothing but the system, Python, the package, its layer and the runtime,
# all of it read-only, and /tmp. In a mount namespace of its own, so that nothing of it is seen outside and all of it is
# gone with the process.
#
#   unshare --mount cell.sh ROOT PYTHON TASK LAYER RUNTIME RECORDING RECORDED COMMAND...
set -eu
root=$1 python=$2 task=$3 layer=$4 runtime=$5 recording=$6 recorded=$7
shift 7

mount --make-rprivate /
mount -t tmpfs -o mode=755 cell "$root"
show() {
    mkdir -p "$root$2"
    mount --bind "$1" "$root$2"
    mount -o "remount,bind,$3" "$root$2"
}
for folder in bin lib lib64 usr; do
    if [ -L "/$folder" ]; then
        cp -P "/$folder" "$root/$folder"
    elif [ -d "/$folder" ]; then
        show "/$folder" "/$folder" ro
    fi
done
show /etc /etc ro
show "$python" /var/lang ro
show "$task" /var/task ro
show "$layer" /opt/python ro
show "$runtime" /var/runtime ro
show "$recording" /var/recording ro
show "$recorded" /var/recorded rw
mkdir -p "$root/dev" "$root/proc" "$root/tmp"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
mount -t tmpfs -o mode=1777,size=512m ephemeral "$root/tmp"
mount -o remount,ro "$root"

# Root reads whatever it likes; as nobody, like Lambda's own user, a package must be readable. An ordinary user of this
# machine is root in a namespace of its own only, and cannot become anybody else there.
if [ "$(cat /proc/self/uid_map | tr -s ' ' | cut -d' ' -f4)" = 1 ]; then
    exec chroot "$root" "$@"
fi
exec chroot --userspec=65534:65534 "$root" "$@"

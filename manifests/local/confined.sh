#!/usr/bin/env bash
# Runs an image as a pod would, without a container engine: the entry point of an image that image.sh
# has unpacked, as the image's user, in its root file system, read-only, under a memory limit. The
# guard replaces this script by exec, so signals go to the process that was started.
set -euo pipefail

usage() {
  cat <<'END'
Usage: confined.sh DIRECTORY MIB [ARGUMENT…]
       confined.sh --beside PID COMMAND [ARGUMENT…]

Runs the image unpacked in DIRECTORY (manifests/local/.local/images/IMAGE) with a memory limit of MIB
MiB, which includes the page cache of its files. Passes on the variables GUARD_*, KUBERNETES_* and
JAVA_TOOL_OPTIONS. Mounts the directory $FILES, if set, read-only at /etc/forward-guard. Writes the time
of the exec of the guard, in seconds since 1970, to $STARTED, if set.

Needs Linux, root and a memory cgroup (v1 or v2). Leaves the empty cgroup forward-guard-PID behind:
`confined.sh --show PID` prints its memory use, `confined.sh --remove PID` removes it. With --beside it runs
a command in the file system, under the memory limit and as the user of the process PID, with the variables
GUARD_*, as a container engine runs a health check.
END
}

fail() {
  printf 'confined.sh: %s\n' "$*" >&2
  exit 1
}

groups=/sys/fs/cgroup/memory
version=1
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  groups=/sys/fs/cgroup
  version=2
fi

limit() {
  local group=$groups/forward-guard-$$ bytes=$(($1 * 1024 * 1024))
  if [ "$version" = 2 ]; then
    grep -qw memory $groups/cgroup.subtree_control || echo +memory >$groups/cgroup.subtree_control
    mkdir "$group"
    echo "$bytes" >"$group/memory.max"
    [ ! -f "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
  else
    mkdir "$group"
    echo "$bytes" >"$group/memory.limit_in_bytes"
  fi
  echo $$ >"$group/cgroup.procs"
}

# Prints peak and current MiB including the page cache, anonymous MiB, how often the limit was hit,
# and major page faults.
show() {
  local group=$groups/forward-guard-$1
  if [ "$version" = 2 ]; then
    awk -v peak="$(cat "$group/memory.peak" 2>/dev/null || echo 0)" \
      -v now="$(cat "$group/memory.current")" \
      -v met="$(awk '$1 == "max" { print $2 }' "$group/memory.events")" \
      '$1 == "anon" { anon = $2 } $1 == "pgmajfault" { faults = $2 }
       END { printf "peak=%d now=%d anon=%d met=%d majfaults=%d\n",
         peak / 1048576, now / 1048576, anon / 1048576, met, faults }' "$group/memory.stat"
  else
    awk -v peak="$(cat "$group/memory.max_usage_in_bytes")" \
      -v now="$(cat "$group/memory.usage_in_bytes")" -v met="$(cat "$group/memory.failcnt")" \
      '$1 == "rss" { anon = $2 } $1 == "pgmajfault" { faults = $2 }
       END { printf "peak=%d now=%d anon=%d met=%d majfaults=%d\n",
         peak / 1048576, now / 1048576, anon / 1048576, met, faults }' "$group/memory.stat"
  fi
}

# Runs in its own mount namespace; ends with the exec of the guard.
confine() {
  local directory=$1 root=$1/root name
  shift
  local -a entry passed=()
  mapfile -t entry <"$directory/entrypoint"
  mapfile -t passed <"$directory/environment"
  for name in $(compgen -e); do
    case $name in
      GUARD_* | KUBERNETES_* | JAVA_TOOL_OPTIONS) passed+=("$name=${!name}") ;;
    esac
  done
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  # As in a pod. Without it the JVM finds neither large pages nor its limits.
  mount --rbind /sys "$root/sys"
  mount -o remount,bind,ro "$root/sys"
  if [ -n "${FILES:-}" ]; then
    mount --bind "$FILES" "$root/etc/forward-guard"
    mount -o remount,bind,ro "$root/etc/forward-guard"
  fi
  mount -o remount,bind,ro "$root"
  [ -z "${STARTED:-}" ] || echo "$EPOCHREALTIME" >"$STARTED"
  exec env -i "${passed[@]}" chroot --userspec="$(cat "$directory/user")" "$root" "${entry[@]}" "$@"
}

beside() {
  local process=$1 name
  local -a passed=()
  shift
  for name in $(compgen -e); do
    case $name in
      GUARD_*) passed+=("$name=${!name}") ;;
    esac
  done
  echo $$ >"$groups/forward-guard-$process/cgroup.procs"
  exec env -i "${passed[@]}" nsenter --target "$process" --mount --root --wd \
    --setuid "$(awk '/^Uid:/ { print $2 }' "/proc/$process/status")" \
    --setgid "$(awk '/^Gid:/ { print $2 }' "/proc/$process/status")" "$@"
}

case ${1:-} in
  --help | -h | '')
    usage
    exit
    ;;
  --show)
    show "$2"
    exit
    ;;
  --beside)
    beside "${@:2}"
    ;;
  --remove)
    rmdir "$groups/forward-guard-$2"
    exit
    ;;
  --confine)
    confine "${@:2}"
    ;;
esac
[ "$(id -u)" = 0 ] || fail 'must run as root'
[ -s "$1/entrypoint" ] || fail "no unpacked image in $1; see image.sh --help"
limit "${2:?MIB is missing; see confined.sh --help}"
exec unshare --mount --propagation private "${BASH_SOURCE[0]}" --confine "$1" "${@:3}"

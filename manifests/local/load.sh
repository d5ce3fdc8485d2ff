#!/usr/bin/env bash
# Usage: load.sh PROGRAM [ARGUMENTS]: builds the guards and manifests/load, and runs one of the programs
# of that module, dev.forwardguard.load.PROGRAM; on core CORE only, if set, and with the JVM flag FLAG,
# if set. Called by soak.sh, siege.sh, hang.sh, attack.sh and bench.sh.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd -- "$here/../.." && pwd -P)
program=${1:?missing: a program of dev.forwardguard.load}
shift

fail() {
  printf 'load.sh: %s\n' "$*" >&2
  exit 1
}

build() {
  command -v mvn >/dev/null || fail 'mvn is not on the PATH'
  echo 'Building the guards …' >&2
  (cd -- "$repository" && mvn -q -B -DskipTests package -pl bot-block-guard,authentik-guard,manifests/load -am) >&2
}

[ -z "${CORE:-}" ] || [ "$(getconf _NPROCESSORS_ONLN)" -ge 2 ] || fail 'needs two cores'
build
java_home=$("$here/jdk.sh") || fail 'no JDK 25 found; set JAVA_HOME to one'
cd -- "$repository/manifests/load"
exec ${CORE:+taskset -c "$CORE"} "$java_home/bin/java" -XX:+UseSerialGC -Xmx256m \
  ${FLAG:+"$FLAG"} \
  -cp 'target/load.jar:target/lib/*' \
  "dev.forwardguard.load.$program" "$@"

#!/usr/bin/env bash
# Usage: load.sh PROGRAM [ARGUMENTS]: builds the guards and the test classes of this module, and
# runs one of the programs in dev.forwardguard.manifests.load, on one core if CORE says which, and
# with one more flag of the JVM if there is a FLAG. soak.sh, hang.sh, attack.sh and bench.sh are the
# way in.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd -- "$here/../.." && pwd -P)
program=${1:?a program of dev.forwardguard.manifests.load}
shift

fail() {
  printf 'load.sh: %s\n' "$*" >&2
  exit 1
}

build() {
  command -v mvn >/dev/null || fail 'there is no mvn on the PATH'
  echo 'Building the guards …' >&2
  (cd -- "$repository" && mvn -q -B -DskipTests package -pl manifests -am) >&2
}

build
java_home=$("$here/jdk.sh") || fail 'no JDK 25 found; set JAVA_HOME to one'
cd -- "$repository/manifests"
exec ${CORE:+taskset -c "$CORE"} "$java_home/bin/java" -XX:+UseSerialGC -Xmx256m \
  ${FLAG:+"$FLAG"} \
  -cp target/test-classes:../shared/target/test-classes \
  "dev.forwardguard.manifests.load.$program" "$@"

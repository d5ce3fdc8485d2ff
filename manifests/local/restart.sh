#!/usr/bin/env bash
# Rolling restarts of two guards behind a load balancer, under load. See `restart.sh --help`.
# Written for bash 3.2, the version on macOS.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd -- "$here/../.." && pwd -P)
guard=bot-block-guard
rounds=10
rate=500

usage() {
  cat <<'END'
Usage: restart.sh [--guard NAME] [--rounds N] [--rate N]

Runs two guards on 127.0.0.1 behind haproxy, sends requests at a constant rate, ends one guard with
SIGTERM, starts it again, then the other, and so on. Checks every response: it must be the verdict
that the upstream gave to that very request. Prints a line for each restart. Exit 0 if no request
failed and every guard ended with status 0.

haproxy acts as the endpoints of a Service: it checks readiness every 500 ms and removes a guard at
the first failed check. It keeps connections to the guards and never retries, so no failure is
hidden.

  --guard NAME   bot-block-guard or authentik-guard; default bot-block-guard
  --rounds N     restarts of both; default 10, which takes about five minutes
  --rate N       requests per second; default 500

Needs a JDK 25, Maven and haproxy. JAVA_FLAGS are extra JVM flags for the guards, in addition to
those in manifests/image.
END
}

fail() {
  printf 'restart.sh: %s\n' "$*" >&2
  exit 1
}

number() {
  [[ ${2:-} =~ ^[1-9][0-9]{0,4}$ ]] || fail "$1 needs a number"
}

while [ "$#" -gt 0 ]; do
  case $1 in
    --guard)
      guard=${2:-}
      ;;
    --rounds)
      number "$@"
      rounds=$2
      ;;
    --rate)
      number "$@"
      rate=$2
      ;;
    --help | -h)
      usage
      exit
      ;;
    *) fail "unknown argument $1; see restart.sh --help" ;;
  esac
  shift 2
done
case $guard in
  bot-block-guard | authentik-guard) ;;
  *) fail "unknown guard $guard" ;;
esac
# Debian has it in /usr/sbin, which only root has in its PATH.
haproxy=$(PATH=$PATH:/usr/sbin command -v haproxy) || fail 'haproxy is missing'
java_home=$("$here/jdk.sh") || fail 'no JDK 25 found; set JAVA_HOME to one (for example Temurin 25)'
command -v mvn >/dev/null || fail 'the guards must be built, and mvn is not on the PATH'
echo 'Building the guards …'
(cd -- "$repository" && mvn -q -B -DskipTests package -pl "$guard" -am)
files=$here/.local/restart
mkdir -p "$files"
# shellcheck disable=SC2086 # flags are words
exec "$java_home/bin/java" -XX:+UseSerialGC -Xmx128m "$here/Restart.java" \
  "$repository/$guard/target/$guard.jar" "$haproxy" "$files" "$rounds" "$rate" \
  "@$repository/manifests/image/jvm.options" "@$repository/manifests/image/$guard.options" ${JAVA_FLAGS:-}

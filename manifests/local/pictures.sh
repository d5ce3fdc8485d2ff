#!/usr/bin/env bash
# Makes the pictures of the manuals again: those that the tests in Chromium take of a running guard. Needs what these
# tests need (README.md in this folder), and writes status.png and emergency.png beside this script. The plots are those
# of bench.sh.
set -euo pipefail
unset CDPATH
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
cd -- "$here/../.."

CI=true mvn -q -B -ntp verify -pl manifests -am -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtest=NoSuchTest -Dit.test='StatusPageIT#showsEveryStateWithoutReload,BrowserIT#showsOutageFromStartToEnd'
pictures=manifests/target/pictures
cp -- "$pictures/status-open-desk-light.png" "$here/status.png"
cp -- "$pictures/1-challenge-light.png" "$here/emergency.png"
ls -l -- "$here/status.png" "$here/emergency.png"

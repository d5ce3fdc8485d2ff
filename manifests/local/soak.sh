#!/usr/bin/env bash
# Soaks both guards in faults of their upstreams; `soak.sh --help` tells more.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: soak.sh [--seconds N] [--seed N] [--visitors N]

Builds the guards and runs both for ten minutes between upstreams that flip at random among all
faults, and visitors who stay, leave, pipeline, dawdle and send large headers. Prints requests,
decisions, reasons and violations; exit 0 if there were none. A violation is

  - an answer that is neither the upstream's own to this very question nor the guard's fallback,
    above all an allow of authentik-guard without the upstream's or the right password
  - an answer later than the deadline and 250 ms, pauses of the machine not counted
  - memory or connections that grow all the time, or are left behind

  --seconds N    how long; default 600, 60 for a quick look
  --seed N       of the upstreams' weather; as printed by another run
  --visitors N   at once for each guard; default 48

Needs a JDK 25, Maven and Linux.
END
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
exec "$here/load.sh" Soak "$@"

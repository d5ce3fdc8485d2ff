#!/usr/bin/env bash
# Soak test of both guards with faulty upstreams. See `soak.sh --help`.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: soak.sh [--seconds N] [--seed N] [--visitors N]

Builds the guards and runs both for ten minutes. Their upstreams change at random between all faults;
their visitors keep connections, hang up, pipeline, send slowly, send large headers and up to 200
fields or more, and begin bodies that they never finish. Those of authentik-guard also open pages of
the outpost and send it forms. Prints requests, decisions, reasons and violations; exit 0 if there
were no violations. A violation is

  - a response that is neither the upstream's to this very request nor the guard's fallback; above
    all an allow from authentik-guard with neither the upstream's verdict nor the right password
  - a page that is neither the upstream's to this very request nor the guard's own (408, 502, 503,
    504), or a form that reaches the upstream changed
  - a response to an auth request later than the deadline plus 250 ms; time without a processor does
    not count
  - memory or connections that keep growing, or connections that are still open at the end

  --seconds N    length of the run; default 600, 60 for a quick look
  --seed N       seed of the upstreams' faults, as printed by an earlier run
  --visitors N   concurrent visitors per guard; default 48

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

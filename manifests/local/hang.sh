#!/usr/bin/env bash
# Measures an upstream that hangs, behind a guard and behind nginx; `hang.sh --help` tells more.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: hang.sh [--seconds N] [--rate N]

Builds the guards and asks bot-block-guard, authentik-guard and nginx (proxy_pass with a timeout of
5 s and error_page), one after the other, about an upstream that accepts and never answers. Prints
how long answers took before and after the circuit opened, how many connections were held, and
how fast the upstream is used again when it is back. Exit 0 if the guards keep what they promise:
no answer later than the deadline and 250 ms, a 99th percentile of 10 ms once the circuit is open,
not more connections than max-concurrent.

  --seconds N   how long the upstream hangs; default 20
  --rate N      requests per second, each sent when it is due; default 200

Needs a JDK 25, Maven and nginx (nginx-light).
END
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
exec "$here/load.sh" Hang "$@"

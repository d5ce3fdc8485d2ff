#!/usr/bin/env bash
# Measures guards and nginx while their upstream hangs. See `hang.sh --help`.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: hang.sh [--seconds N] [--rate N]

Builds the guards and sends auth requests to bot-block-guard, authentik-guard and nginx (proxy_pass
with a timeout of 5 s and error_page), one after the other, while their upstream accepts connections
and never answers. Prints how long responses took before and after the circuit opened, how many
connections were held, and how soon the upstream is used again when it is back. Exit 0 if the guards
keep their promises: no response later than the deadline plus 250 ms, a 99th percentile of 10 ms once
the circuit is open, no more connections than max-concurrent.

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

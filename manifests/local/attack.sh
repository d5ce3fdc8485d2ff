#!/usr/bin/env bash
# Measures logins at authentik-guard and at nginx during a brute-force attack. See `attack.sh --help`.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: attack.sh [--seconds N] [--rounds N] [--rate N] [--nginx 0]

Builds the guards and runs authentik-guard, and then nginx (auth_basic behind error_page), both with
one htpasswd file at bcrypt cost 12. The server under test has core 0 to itself; load and outpost
share core 1. The guard is warmed up first, with the requests that are measured later. Prints

  - how many requests/s with one right password are answered while the outpost is down
  - how long verdicts take for visitors with a session: without an attack, and while wrong
    passwords arrive, all from one address or each from a new one
  - how long a first login takes during the attack: from an address that was never seen, and from
    one with an earlier login

how late the load itself sent its requests, and the medians of all rounds. Exit 0 if every answer was
right and authentik-guard keeps its promises: thousands of remembered logins per second, a 99th
percentile of verdicts at most twice as long under attack, and logins within two seconds. While the
wrong passwords come from new addresses, a login from a new address is not required to succeed:
nothing distinguishes it from the attack.

  --seconds N   length of each step, ten steps in a round; default 10
  --rounds N    default 3
  --rate N      wrong passwords per second, each sent when it is due; default 500
  --nginx 0     leaves out nginx, which takes half of the time

Needs Linux on an otherwise idle machine with two cores, a JDK 25, Maven and nginx (nginx-light).
END
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
# C2 would keep the load's core busy during the whole run
FLAG=-XX:TieredStopAtLevel=1 CORE=1 exec "$here/load.sh" Attack "$@"

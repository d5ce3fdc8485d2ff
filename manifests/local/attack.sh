#!/usr/bin/env bash
# Measures logins and guesses at authentik-guard, and at nginx; `attack.sh --help` tells more.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: attack.sh [--seconds N] [--rounds N] [--rate N] [--nginx 0]

Builds the guards and runs authentik-guard, and then nginx (auth_basic behind error_page), both with
one htpasswd file at bcrypt cost 12. Whoever is measured has core 0 for itself; load and outpost have
core 1. The guard is warmed up first, with what it is asked afterwards. Prints

  - how many requests/s with one right password are answered while the outpost is down
  - how long verdicts take for people with a session, and while somebody sends wrong passwords:
    all from one address, and each from another one
  - how long the first login of somebody takes meanwhile: from an address that was never seen, and
    from one where somebody has logged in before

by how much requests were late because of the load itself, and medians of all rounds. Exit 0 if every
answer was right and authentik-guard keeps what it promises: thousands of remembered logins a second, a
99th percentile of verdicts at most twice as long under attack, and logins within two seconds; but no
login from an unseen address while guesses come from unseen addresses too, since nothing tells the one
from the others.

  --seconds N   of each of the steps, ten in a round; default 10
  --rounds N    default 3
  --rate N      wrong passwords per second, each sent when it is due; default 500
  --nginx 0     without nginx, which takes half of the time

Needs Linux on a machine with two cores that does nothing else, a JDK 25, Maven and nginx
(nginx-light).
END
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
[ "$(getconf _NPROCESSORS_ONLN)" -ge 2 ] || {
  echo 'attack.sh: this takes two cores' >&2
  exit 1
}
# the better compiler would keep the load's core busy for as long as this takes
FLAG=-XX:TieredStopAtLevel=1 CORE=1 exec "$here/load.sh" Attack "$@"

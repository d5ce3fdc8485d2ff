#!/usr/bin/env bash
# Measures logins and guesses at authentik-guard, and at nginx; `attack.sh --help` tells more.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: attack.sh [--seconds N] [--rounds N] [--rate N] [--nginx 0]

Builds the guards and runs authentik-guard, and beside it nginx (auth_basic behind error_page), both
with one htpasswd file at bcrypt cost 12. Prints

  - how many requests/s with one right password are answered while the outpost is down
  - how long verdicts take for people with a session, and while somebody sends wrong passwords:
    all from one address, and each from another one
  - how long the first login of somebody takes meanwhile: from an address that was never seen, and
    from one where somebody has logged in before

and medians of all rounds. Exit 0 if every answer was right and authentik-guard keeps what it
promises: thousands of remembered logins a second, a 99th percentile of verdicts at most twice as
long under attack, and logins within two seconds; but no login from an unseen address while
guesses come from unseen addresses too, since nothing tells the one from the others.

  --seconds N   of each of the steps, eleven in a round; default 10
  --rounds N    default 3
  --rate N      wrong passwords per second, each sent when it is due; default 500
  --nginx 0     without nginx, which takes most of the time

Needs a JDK 25, Maven and nginx (nginx-light).
END
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
exec "$here/load.sh" Attack "$@"

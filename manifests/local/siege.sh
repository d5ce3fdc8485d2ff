#!/usr/bin/env bash
# All attacks at once on both guards, beside usual visitors. See `siege.sh --help`.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: siege.sh [--seconds N] [--seed N]

Builds the guards and attacks both for ten minutes in all known ways at once, over loopback and at
limited rates: heads with thousands of fields or words, heads and bodies that are never complete,
pipelining, malformed requests, requests that make the upstream slow or its response large, cancelled
requests, stalled and aborted uploads, responses that nobody takes, wrong passwords. Meanwhile there
are 25 usual visitors at each guard, each with an address and a kept connection of their own and
several requests a second; five of those at authentik-guard ask for pages that are passed through.
An operator logs in to a third guard, an authentik-guard whose outpost is down, every three seconds:
in turn from an address with earlier logins and from one that was never seen. It gets half as
many attacks. A healthy stub is the upstream of the other two. Exit 0 if

  - no guard ends or is out of memory
  - no response is wrong: usual visitors get the upstream's verdict to this very request or the
    guard's fallback, attackers never get an allow from authentik-guard or another's response
  - the 99th percentile of usual visitors is at most 250 ms; time without a processor does not count
  - no usual visitor is without a verdict for more than 2 s in a row
  - each login takes at most 2 s, retries included
  - memory does not keep growing (from eight minutes on), and the number of log lines is limited

Prints these figures also for 20 s before the siege, and for each attack how many requests were sent
and how they ended, and whether other programs used the processors: then the times say nothing. The
guards have core 0, everything else core 1, the attackers at a lower priority.

  --seconds N    length of the siege; default 600, 60 for a quick look
  --seed N       seed of the attackers' choices; responses also depend on time

Needs Linux on an otherwise idle machine with two cores, a JDK 25 and Maven.
END
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
# C2 would keep the load's core busy during the whole run
FLAG=-XX:TieredStopAtLevel=1 CORE=1 exec "$here/load.sh" Siege "$@"

#!/usr/bin/env bash
# Measures the guards beside nginx and haproxy; `bench.sh --help` tells more.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: bench.sh [--quick] [--scenario NAME]… [--rounds N] [--seconds N] [--against CHECKOUT]…

Builds the guards and measures them beside what they replace: nginx as it was sketched, nginx with
keep-alive to the upstream, and haproxy, all in front of the same upstream. Whoever is measured has
core 0 for itself; load and upstream have core 1. Each round asks all of them, each time another one
first. Every answer is compared with the right one.

Prints a table for each scenario, medians with the range of the rounds behind, and what is expected
of the guards. The same and a plot are in manifests/local/.local/bench afterwards. Exit 0 if all
answers were right and nothing that is expected was missed.

  --quick              2 rounds of 2 s: a first look, 5 minutes; otherwise 5 of 5 s, 35 minutes
  --scenario NAME      only this one, or those whose names begin like this: keep-alive,
                       keep-alive-authentik, large-cookie, large-cookie-authentik,
                       new-connections, steady, refusals, open-circuit, hang, login,
                       pass-through, allocation; and scaling, which is not run otherwise
  --rounds N           rounds of each
  --seconds N          seconds of a round
  --against CHECKOUT   the guards of another checkout, built there, in the same rounds

Sends to 127.0.0.1 only. Needs Linux on a machine with two cores that does nothing else, a JDK 25,
Maven, nginx (nginx-light), haproxy and wrk. Waits for 10 minutes in all until the machine is quiet
and no slower than before, and says how many rounds had to begin without that.
END
}

fail() {
  printf 'bench.sh: %s\n' "$*" >&2
  exit 1
}

case ${1:-} in
  --help | -h)
    usage
    exit
    ;;
esac
# Debian has some of them where the PATH of ordinary users does not lead
export PATH=$PATH:/usr/sbin
for program in nginx haproxy wrk taskset; do
  command -v "$program" >/dev/null || fail "$program is missing"
done
[ "$(getconf _NPROCESSORS_ONLN)" -ge 2 ] || fail 'this takes two cores'
CORE=1 exec "$here/load.sh" bench.Bench "$@"

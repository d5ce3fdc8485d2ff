#!/usr/bin/env bash
# Benchmarks the guards against nginx and haproxy. See `bench.sh --help`.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'END'
Usage: bench.sh [--quick] [--scenario NAME]… [--rounds N] [--seconds N] [--against CHECKOUT]… [--image]

Builds the guards and compares them with what they replace: nginx as it was sketched, nginx with
keep-alive to the upstream, and haproxy, all in front of the same upstream. The server under test has
core 0 to itself; load and upstream share core 1. Each round measures all of them, every round in a
different order. Every response is compared with the expected one.

Prints a table for each scenario, with the median and the range of the rounds, and the limits that the
guards must meet. The tables and a plot are written to manifests/local/.local/bench. Exit 0 if every
response was right and every limit was met.

  --quick              2 rounds of 2 s: a first look, 5 minutes; otherwise 5 of 5 s, 45 minutes
  --scenario NAME      only this scenario, or those whose names start with NAME: keep-alive,
                       keep-alive-authentik, large-cookie, large-cookie-authentik,
                       new-connections, steady, refusals, open-circuit, hang, login,
                       pass-through, allocation, remembered, page; also scaling, gateway and everyday,
                       which do not run by default
  --rounds N           rounds per scenario
  --seconds N          seconds per round
  --against CHECKOUT   also the guards of another checkout, in the same rounds; build them there before

gateway, 20 minutes, or 15 with --rounds 3, measures a real Traefik together with what answers its auth
requests, both on core 0: CPU per request with 2 and with 32 visitors who send without a pause, and at
100 and 1,000 requests/s. The upstream, the application and the load have core 1. Traefik has the
middlewares of overlays/homelab, no TLS, and a rate limit that no load reaches.

  gateway-2-visitors, gateway-32-visitors, gateway-100-per-second, gateway-1000-per-second
      no ForwardAuth, and guard-authentik to the upstream itself, to nginx with keep-alive and to
      authentik-guard
  gateway-protected-2-visitors, gateway-protected-32-visitors, gateway-protected-100-per-second
      the whole chain with both guards; with --against also the other checkout's manifests with its
      guards. Only then there is a limit: 0.3 times the CPU of the other one

everyday, 2 hours, or 1 with --rounds 3, measures an everyday site: nobody for 60 s; 20, 100 and 1,000
requests/s on 8 kept connections; a real Traefik with 4 and with 32 visitors. Nothing has a core of its
own, guards have as many event loops as they like, and the same load warms them up. CPU is that of the
guard, or of nginx with keep-alive, and the shares of its threads in it.

  everyday-idle, everyday-20-per-second, everyday-100-per-second, everyday-1000-per-second,
  everyday-4-visitors, everyday-32-visitors
  --image  everyday guards run from the images that image.sh has unpacked, also those of other
           checkouts, under the memory limits of the pods; needs root

Sends to 127.0.0.1 only. Needs Linux on an otherwise idle machine with two cores, a JDK 25, Maven,
nginx (nginx-light), haproxy and wrk; for gateway and for visitors also kubectl and Traefik, in the PATH
or in $TRAEFIK.
Waits up to 10 minutes in total for the machine to be idle and no slower than before, and reports how
many rounds started without that.
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
# Debian has some of them in /usr/sbin, which only root has in its PATH
export PATH=$PATH:/usr/sbin
for program in nginx haproxy wrk taskset; do
  command -v "$program" >/dev/null || fail "$program is missing"
done
case " $* " in
  *' --scenario gateway'* | *' --scenario everyday '* | *-visitors\ *)
    command -v kubectl >/dev/null || fail 'kubectl is missing'
    command -v "${TRAEFIK:-traefik}" >/dev/null || fail 'traefik is missing'
    ;;
esac
CORE=1 exec "$here/load.sh" bench.Bench "$@"

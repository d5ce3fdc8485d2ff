#!/usr/bin/env bash
# Measures what running on Java costs an operator: start time, time to full speed, and memory, compared
# with nginx doing the same job. See `footprint.sh --help`.
# shellcheck disable=SC2317 # steps are called by their names
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
image=$here/../image
files=$here/.local/images
RUNS=${RUNS:-5}
SECONDS_OF_LOAD=${SECONDS_OF_LOAD:-60}
RATE=${RATE:-2000}
PORT=${PORT:-18700}
processes=()

usage() {
  cat <<END
Usage: footprint.sh STEP [GUARD [MIB]]

Measures the images that image.sh has unpacked. Needs root on Linux and an otherwise idle machine.
Steps, and how long they take for both guards with $RUNS runs:

  start   from the exec of java to the first 200 of /healthz, on two cores and on one  2 min
  speed   from the start to a second with a 99th percentile below 5 ms at $RATE/s      3 min
  life    in the memory limit: $RATE requests/s for $SECONDS_OF_LOAD s, an outage, 1,000 logins, 50 at once
          with 240 KiB of headers each, $RATE requests/s again; authentik-guard once more
          with all verdicts that it may remember before the outage                    11 min
  floor   the same with 10 s of load, at smaller and smaller limits, until one fails   7 min
  parts   what the memory is used for                                                  1 min

GUARD restricts a step to bot-block-guard, authentik-guard or nginx; MIB overrides the limit of life.
Default limits: 128 MiB; 160 MiB for authentik-guard, whose Kubernetes client runs as well, and 192 MiB where it
remembers verdicts.

Environment: RUNS, SECONDS_OF_LOAD, RATE, and PORT (default $PORT), above which 20 ports are used.
Sends to 127.0.0.1 only. Needs hey, wrk, nginx, taskset and a JDK 25.
END
}

fail() {
  printf 'footprint.sh: %s\n' "$*" >&2
  exit 1
}

guard_port=$PORT
management_port=$((PORT + 1))
upstream_port=$((PORT + 2))
api_port=$((PORT + 3))

# --- Processes ------------------------------------------------------------------------------------

background() {
  "$@" >>"$work/log" 2>&1 </dev/null &
  processes+=("$!")
}

stop() {
  local process=$1
  kill "$process" 2>/dev/null || true
  wait "$process" 2>/dev/null || true
}

clean() {
  local status=$? process
  trap - EXIT
  for process in ${processes[@]+"${processes[@]}"}; do
    stop "$process"
    "$here/confined.sh" --remove "$process" 2>/dev/null || true
  done
  rm -rf -- "$work"
  exit "$status"
}

# One nginx as the upstream of both guards, which answers at once, and as an outpost that knows a user for each
# session; and one that replaces the guard.
write_nginx() {
  local common='daemon off; worker_processes 1; error_log stderr crit; events { worker_connections 1024; }'
  local buffers='client_header_buffer_size 16k; large_client_header_buffers 16 256k; access_log off; keepalive_requests 1000000;'
  cat >"$work/upstream.conf" <<END
pid $work/upstream.pid; $common
http {
  $buffers
  server {
    listen 127.0.0.1:$upstream_port backlog=1024;
    location / { return 200 "ok"; }
    location $(path_of authentik-guard) {
      add_header X-authentik-username \$cookie_authentik_proxy;
      add_header X-authentik-name Training;
      add_header X-authentik-jwt $(printf 'j%.0s' {1..2048});
      return 200 "";
    }
  }
}
END
  cat >"$work/peer.conf" <<END
pid $work/peer.pid; $common
http {
  $buffers
  upstream backend { server 127.0.0.1:$upstream_port; keepalive 32; }
  server {
    listen 127.0.0.1:$guard_port backlog=1024;
    location = /healthz { return 200 "ok"; }
    location / {
      proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_connect_timeout 3s; proxy_read_timeout 5s;
      proxy_intercept_errors on; error_page 502 503 504 =200 @fallback;
    }
    location @fallback { auth_basic "Emergency Access"; auth_basic_user_file $work/files/htpasswd; try_files /none =200; }
  }
}
END
  htpasswd -nbBC 10 training right >"$work/files/htpasswd"
}

start_upstream() {
  background nginx -c "$work/upstream.conf"
  upstream=$!
  until_open "$upstream_port"
}

# Whether authentik-guard remembers verdicts.
remembers=no

# Starts the server under test, a guard or nginx, and sets peer to its process.
start_peer() {
  local name=$1 limit=$2
  shift 2
  echo "$EPOCHREALTIME" >"$work/started"
  if [ "$name" = nginx ]; then
    background "$@" nginx -c "$work/peer.conf"
  else
    cat >"$work/files/guard.yml" <<END
upstream:
  url: http://127.0.0.1:$upstream_port
END
    [ "$name" = bot-block-guard ] || cat >>"$work/files/guard.yml" <<END
emergency:
  require-https: false
END
    [ "$remembers" = no ] || cat >>"$work/files/guard.yml" <<END
verdicts:
  reuse: 10s
  survive-outage: 1h
END
    local -a cluster=()
    [ "$name" = bot-block-guard ] || cluster=(KUBERNETES_SERVICE_HOST=127.0.0.1
      "KUBERNETES_SERVICE_PORT=$api_port" GUARD_HTPASSWD_SOURCE=secret
      GUARD_SERVICE_ACCOUNT=/etc/forward-guard)
    background env FILES="$work/files" STARTED="$work/started" GUARD_HOST=127.0.0.1 GUARD_PORT="$guard_port" \
      GUARD_MANAGEMENT_PORT="$management_port" ${cluster[@]+"${cluster[@]}"} \
      "$@" "$here/confined.sh" "$files/$name" "$limit"
  fi
  peer=$!
}

not_started() {
  stop_peer
  fail "$1 did not start: $(tail -n 3 "$work/log")"
}

stop_peer() {
  stop "$peer"
  "$here/confined.sh" --remove "$peer" 2>/dev/null || true
}

# Starts the Kubernetes API server that authentik-guard reads its Secret from.
start_api() {
  background "$java" "$image/ApiServer.java" "$work/files" "$api_port"
  until_open "$api_port"
  chmod -R a+rX "$work/files"
}

until_open() {
  local last=$((SECONDS + 30))
  until (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    [ "$SECONDS" -lt "$last" ] || fail "nothing listens at $1: $(tail -n 3 "$work/log")"
    sleep 0.05
  done
}

until_healthy() {
  local last=$((SECONDS + 60))
  until healthy; do
    kill -0 "$peer" 2>/dev/null || return 1
    [ "$SECONDS" -lt "$last" ] || return 1
    pause
  done
}

# Sleeps 3 ms without starting a process, which would take a good part of a core from the guard.
pause() {
  read -r -t 0.003 -u "$silence" || true
}

healthy() {
  local line=''
  { exec 3<>"/dev/tcp/127.0.0.1/$guard_port"; } 2>/dev/null || return 1
  printf 'GET /healthz HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n' >&3 2>/dev/null || true
  read -r -t 2 line <&3 || true
  exec 3>&-
  [[ $line == *' 200 '* ]]
}

# Counts from the exec of the peer; the mounts that confined.sh makes before it are not included.
milliseconds_since_start() {
  awk -v now="$EPOCHREALTIME" '{ printf "%.0f\n", 1000 * (now - $1) }' "$work/started"
}

median() {
  sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

path_of() {
  case $1 in
    authentik-guard) echo /outpost.goauthentik.io/auth/traefik ;;
    *) echo /auth ;;
  esac
}

limit_of() {
  case $1 in
    authentik-guard) echo 160 ;;
    *) echo 128 ;;
  esac
}

# Runs hey with an auth request as Traefik sends it for a browser: 15 headers, a cookie of 1.5 KB.
visit() {
  local name=$1 cookie
  shift
  cookie=$(printf 'x%.0s' {1..1500})
  hey "$@" -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' -H 'Accept: text/html' \
    -H 'Accept-Language: en,de;q=0.5' -H 'X-Forwarded-For: 203.0.113.7' \
    -H 'X-Forwarded-Host: app.example.com' -H 'X-Forwarded-Method: GET' -H 'X-Forwarded-Port: 443' \
    -H 'X-Forwarded-Proto: https' -H 'X-Forwarded-Uri: /page?x=1' -H 'X-Real-Ip: 203.0.113.7' \
    -H 'X-Forwarded-Server: traefik' -H 'Sec-Fetch-Mode: navigate' -H "Cookie: session=$cookie" \
    "http://127.0.0.1:$guard_port$(path_of "$name")"
}

# Has authentik-guard remember verdicts of 2,000 sessions, which are more than it may, and prints how many it
# remembers. The verdicts of visit have no session.
fill() {
  wrk -t 1 -c 8 -d 4s -s "$here/bench.lua" -H 'Host: auth.example.com' -H 'X-Forwarded-For: 203.0.113.7' \
    -H 'X-Forwarded-Host: app.example.com' -H 'X-Forwarded-Proto: https' -H 'Cookie: authentik_proxy=SESSION' \
    "http://127.0.0.1:$guard_port$(path_of authentik-guard)" -- 200 X-authentik-name Training 0 2000 SESSION >/dev/null
  curl -fsS "http://127.0.0.1:$management_port/prometheus" | awk '/^guard_verdicts_remembered\{/ { printf "%d\n", $2 }'
}

# steady NAME SECONDS: RATE requests per second from 20 connections; one CSV line per response.
steady() {
  visit "$1" -z "$2s" -c 20 -q $((RATE / 20)) -o csv | tail -n +2
}

# Prints the 99th percentile in ms of a column of seconds.
p99() {
  sort -n | awk '{ value[NR] = $1 } END { printf "%.1f\n", NR ? 1000 * value[int(NR * 0.99 + 0.5)] : -1 }'
}

# --- Steps ----------------------------------------------------------------------------------------

step_start() {
  printf '%-17s %12s %12s   ms to the first 200 of /healthz, median of %s\n' '' 'two cores' 'one core' "$RUNS"
  local name cores run
  for name in "${names[@]}"; do
    local -a result=()
    for cores in 0,1 0; do
      result+=("$(for ((run = 0; run < RUNS; run++)); do
        start_peer "$name" "$(limit_of "$name")" taskset -c "$cores"
        until_healthy || not_started "$name"
        milliseconds_since_start
        stop_peer
      done | median)")
    done
    printf '%-17s %12s %12s\n' "$name" "${result[@]}"
  done
}

step_speed() {
  printf '%-17s %12s   s from the start to a second with a 99th percentile of at most 5 ms at %s/s, median of %s\n' \
    '' 'full speed' "$RATE" "$RUNS"
  local name run
  for name in "${names[@]}"; do
    printf '%-17s %12s\n' "$name" "$(for ((run = 0; run < RUNS; run++)); do
      full_speed "$name"
    done | median)"
  done
}

full_speed() {
  local late
  start_peer "$1" "$(limit_of "$1")"
  until_healthy || not_started "$1"
  late=$(milliseconds_since_start)
  steady "$1" 10 >"$work/answers.csv"
  stop_peer
  # response-time is column 1, offset from the start of the load column 8
  awk -F , -v late="$late" '{ at = int($8); count[at]++; if ($1 > 0.005) slow[at]++ }
    END {
      for (at = 0; at < 10; at++)
        if (count[at] && slow[at] <= count[at] / 100) { printf "%.1f\n", at + 1 + late / 1000; exit }
      print 99
    }' "$work/answers.csv"
}

# Evicts the files of an image from the page cache, so that they are charged to the guard's cgroup.
forget() {
  local file
  find "$files/$1/root/opt" -type f | while read -r file; do
    dd if="$file" iflag=nocache count=0 status=none
  done
}

# Prints one line of the table, or the reason why there is none.
live() {
  local name=$1 limit=$2 load=$3 first verdicts=- outage logins=- large last used answers
  [ "$name" = nginx ] || forget "$name"
  start_peer "$name" "$limit"
  until_healthy || { stop_peer; echo "$name does not start in $limit MiB"; return 1; }
  steady "$name" 10 >/dev/null
  first=$(steady "$name" "$load" | cut -d , -f 1 | p99)
  [ "$remembers" = no ] || verdicts=$(fill)
  stop "$upstream"
  outage=$(steady "$name" 10 | cut -d , -f 1 | p99)
  if [ "$name" != bot-block-guard ]; then
    logins=$(visit "$name" -n 1000 -c 4 -t 60 -H "Authorization: Basic $right" | awk '/\[200\]/ { print $2 }')
  fi
  start_upstream
  sleep 12 # longer than the longest pause between two probes
  large=$(visit "$name" -n 200 -c 50 -t 10 -H "X-Large-1: $big" -H "X-Large-2: $big" \
    | awk '/\[(200|401|503)\]/ { sum += $2 } END { print sum }') # verdict, fallback or overload
  steady "$name" 5 >/dev/null
  last=$(steady "$name" "$load" | cut -d , -f 1 | p99)
  kill -0 "$peer" 2>/dev/null || { stop_peer; echo "$name did not survive in $limit MiB"; return 1; }
  if [ "$name" = nginx ]; then
    used=$(nginx_memory)
  else
    used=$("$here/confined.sh" --show "$peer")
  fi
  answers=$(grep -c OutOfMemory "$work/log" || true)
  stop_peer
  printf '%-17s %6s %8s %8s %8s %8s %8s %8s   %s%s\n' "$name" "$limit" "$first" "${verdicts:-0}" "$outage" \
    "${logins:-0}" "${large:-0}" "$last" "$used" "$([ "$answers" = 0 ] || echo "; OutOfMemory: $answers")"
  awk -v p="$last" -v large="${large:-0}" -v verdicts="${verdicts:-0}" \
    'BEGIN { exit !(p >= 0 && p <= 10 && large == 200 && (verdicts == "-" || verdicts >= 400)) }'
}

nginx_memory() {
  local process
  for process in "$peer" $(pgrep -P "$peer"); do
    awk '/^Pss_Anon:/ { print $2 }' "/proc/$process/smaps_rollup"
  done | awk '{ sum += $1 } END { printf "anon=%.0f", sum / 1024 }'
}

header_of_life() {
  printf '%-17s %6s %8s %8s %8s %8s %8s %8s   memory in MiB\n' '' limit 'p99 ms' verdicts outage logins large after
}

step_life() {
  local name
  header_of_life
  for name in "${names[@]}"; do
    live "$name" "${limit:-$(limit_of "$name")}" "$SECONDS_OF_LOAD" || missed=1
    if [ "$name" = authentik-guard ]; then
      remembers=yes
      live "$name" "${limit:-192}" "$SECONDS_OF_LOAD" || missed=1
      remembers=no
    fi
  done
}

step_floor() {
  local name mib
  header_of_life
  for name in "${names[@]}"; do
    [ "$name" != nginx ] || continue
    for ((mib = $(limit_of "$name") - 16; mib >= 80; mib -= 16)); do
      live "$name" "$mib" 10 || break
    done
  done
}

# Prints the JVM's native memory tracking at its exit, and the mappings as the kernel counts them.
step_parts() {
  local name
  for name in "${names[@]}"; do
    [ "$name" != nginx ] || continue
    export JAVA_TOOL_OPTIONS='-XX:NativeMemoryTracking=summary -XX:+UnlockDiagnosticVMOptions -XX:+PrintNMTStatistics'
    start_peer "$name" 200
    unset JAVA_TOOL_OPTIONS
    until_healthy || not_started "$name"
    steady "$name" 20 >/dev/null
    printf '== %s: resident KiB by mapping, anonymous and of files\n' "$name"
    awk '/^[0-9a-f]+-[0-9a-f]+ / { name = $6 == "" ? "[other anonymous]" : $6 }
      /^Rss:/ { rss[name] += $2 } /^Anonymous:/ { anon[name] += $2 }
      END { for (name in rss) if (rss[name] >= 256) printf "%8d %8d  %s\n", anon[name], rss[name] - anon[name], name }' \
      "/proc/$peer/smaps" | sort -k 1nr
    : >"$work/log"
    stop_peer
    printf '== %s: committed by the JVM\n' "$name"
    awk '/^Total:/ || /^-.*committed=/' "$work/log" | grep -v 'committed=0' || true
  done
}

step=${1:-}
case $step in
  start | speed | life | floor | parts) ;;
  --help | -h | '')
    usage
    exit
    ;;
  *) fail "unknown step $step; see footprint.sh --help" ;;
esac
names=(bot-block-guard authentik-guard nginx)
[ -z "${2:-}" ] || names=("$2")
limit=${3:-}
missed=0
for program in hey wrk nginx taskset htpasswd curl; do
  command -v "$program" >/dev/null || fail "$program is missing"
done
java=$("$here/jdk.sh")/bin/java || fail 'no JDK 25 found; set JAVA_HOME to one'
big=$(printf 'x%.0s' {1..122000})
right=$(printf 'training:right' | base64) # hey ignores -a when -H is given
exec {silence}<> <(:)
work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/files"
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for port in "$guard_port" "$management_port" "$upstream_port" "$api_port"; do
  if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "port $port is in use; is another footprint.sh running? PORT selects other ports, but two runs disturb each other"
  fi
done
write_nginx
start_upstream
[[ " ${names[*]} " != *authentik-guard* ]] || start_api
"step_$step"
exit "$missed"

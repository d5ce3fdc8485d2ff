# Ports and processes of a run, for run.sh and edge.sh, which source this file. They set: script, the name for messages; PORTS,
# words NAME=DEFAULT; mode; run, the directory of logs; and define at_end. Written for bash 3.2, the version on macOS.
# shellcheck shell=bash disable=SC2154 # see above

processes=()
names=()

fail() {
  printf '%s: %s\n' "$script" "$*" >&2
  exit 1
}

print_ports() {
  tr -s ' ' '\n' <<<"$PORTS" | awk -F = 'NF == 2 { printf "  %-33s  default %s\n", $1, $2 }'
}

random_password() {
  head -c 2048 /dev/urandom | LC_ALL=C tr -dc 'a-km-z2-9' | cut -c 1-20
}

is_taken() {
  (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

listener_on() {
  local found=''
  if command -v lsof >/dev/null; then
    found=$(lsof -nP -iTCP:"$1" -sTCP:LISTEN 2>/dev/null |
      awk 'NR == 2 { print $1 ", process " $2 }') || true
  elif command -v ss >/dev/null; then
    found=$(ss -Hltnp "sport = :$1" 2>/dev/null |
      sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1, process \2/p') || true
  fi
  printf '%s\n' "${found:-an unknown process}"
}

# Sets the variables named in PORTS.
choose_ports() {
  local entry name port chosen=' '
  for entry in $PORTS; do
    name=${entry%=*}
    port=${!name:-${entry#*=}}
    [[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 ]] || fail "$name is not a port: $port"
    while [[ $chosen == *" $port "* ]] || is_taken "$port"; do
      if [ "$mode" = demo ] && [ -z "${!name:-}" ]; then
        port=$((port + 1))
      elif [[ $chosen == *" $port "* ]]; then
        fail "port $port is given twice, the second time as $name"
      else
        fail "port $port is in use by $(listener_on "$port"); set $name=… to use another"
      fi
    done
    chosen="$chosen$port "
    printf -v "$name" %s "$port"
  done
}

start() {
  local name=$1
  shift
  "$@" >"$run/$name.log" 2>&1 </dev/null &
  processes+=("$!")
  names+=("$name")
}

until_healthy() {
  local last=$((SECONDS + 60))
  until curl -q -fs -m 2 --noproxy '*' -o /dev/null "$1"; do
    all_running
    [ "$SECONDS" -lt "$last" ] || fail_with_logs "$1 does not answer"
    sleep 0.2
  done
}

all_running() {
  local i
  for i in "${!processes[@]}"; do
    kill -0 "${processes[i]}" 2>/dev/null || fail_with_logs "${names[i]} has ended" "${names[i]}"
  done
}

# fail_with_logs REASON [NAME]: also prints the ends of all logs, or of one.
fail_with_logs() {
  tail -n 20 "$run/${2:-}"*.log >&2
  fail "$1; the ends of the logs in $run are shown above"
}

# Sets running to the processes that are still alive; false if there are none.
still_running() {
  local process
  running=()
  for process in "${processes[@]+"${processes[@]}"}"; do
    ! kill -0 "$process" 2>/dev/null || running+=("$process")
  done
  [ "${#running[@]}" -gt 0 ]
}

# The processes that these have started, and so on.
children() {
  local process
  for process in "$@"; do
    # shellcheck disable=SC2046 # numbers
    set -- $(ps -A -o pid= -o ppid= | awk -v parent="$process" '$2 == parent { print $1 }')
    [ $# -eq 0 ] || { echo "$@"; children "$@"; }
  done
}

# Ends all processes with SIGTERM, and with SIGKILL after 15 s (or tenths_to_stop) or a second Ctrl-C.
stop() {
  local status=$? patience=${tenths_to_stop:-150}
  set +e
  trap - EXIT
  trap 'patience=0' INT TERM HUP
  still_running && kill "${running[@]}"
  while still_running && [ "$patience" -gt 0 ]; do
    patience=$((patience - 1))
    sleep 0.1
  done
  if still_running; then
    # a script among them cannot end its own processes any more
    # shellcheck disable=SC2046 # numbers
    kill -9 "${running[@]}" $(children "${running[@]}")
    wait
  fi 2>/dev/null
  at_end
  exit "$status"
}


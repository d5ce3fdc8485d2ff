# What "edge.sh --demo" plays; edge.sh sources it. Written for bash 3.2, the version on macOS.
# shellcheck shell=bash disable=SC2154 # variables of edge.sh

wrong=0
checks=0

title() {
  printf '\n%s\n' "$1"
}

# expect WHAT EXPECTED ANSWER: all as text; EXPECTED is a pattern of bash.
expect() {
  checks=$((checks + 1))
  # shellcheck disable=SC2053 # a pattern
  if [[ $3 == $2 ]]; then
    printf '  %-66s %s\n' "$1" "$3"
  else
    wrong=$((wrong + 1))
    printf '  %-66s %s   WRONG, expected %s\n' "$1" "${3:-nothing}" "$2"
  fi
}

# ask GATEWAY HOST PATH [OPTION...]: the status of the answer.
ask() {
  local port=GATEWAY_$1_PORT host=$2 path=$3
  shift 3
  curl -q -ks -m 20 --noproxy '*' -o /dev/null -w '%{http_code}' "$@" --connect-to "::127.0.0.1:${!port}" "https://$host$path" || true
}

# The name of the service that answers.
service() {
  local port=GATEWAY_$1_PORT
  curl -q -ks -m 20 --noproxy '*' "https://127.0.0.1:${!port}$2" | sed -n 's/^Hostname: //p'
}

revision() {
  local port=GATEWAY_$1_CANARY_PORT
  curl -q -s -m 5 --noproxy '*' -i "http://127.0.0.1:${!port}/edge-revision" | tr -d '\r' | sed -n 's/^X-Edge-Revision: //p'
}

behave() {
  curl -q -fs -m 5 --noproxy '*' -o /dev/null -X PUT "http://127.0.0.1:$CONTROL_PORT/$1"
}

# until_status SECONDS STATUS ask-arguments: waits for this status, and prints the last one.
until_status() {
  local last=$((SECONDS + $1)) wanted=$2 status
  shift 2
  status=$(ask "$@")
  while [ "$status" != "$wanted" ] && [ "$SECONDS" -lt "$last" ]; do
    sleep 0.2
    status=$(ask "$@")
  done
  printf %s "$status"
}

balancing() {
  title 'Load balancing: two servers, two gateways'
  expect 'two requests to /whoami, sorted' 'whoami-0 whoami-1' "$({ service 1 /whoami; service 1 /whoami; } | sort | xargs)"
  expect 'the other gateway' 'whoami-?' "$(service 2 /whoami)"
  expect '/foo' foo "$(service 1 /foo)"
  expect '/bar of the other gateway' bar "$(service 2 /bar)"
}

outages() {
  title 'Outages behind the guards'
  local browser=(-A Mozilla/5.0)
  expect 'public site, a browser' 200 "$(ask 1 www.example.com / "${browser[@]}")"
  expect 'public site, a crawler' 403 "$(ask 1 www.example.com / -A GPTBot)"
  expect 'protected site: to the login' 302 "$(ask 2 wiki.example.com / "${browser[@]}")"
  behave poison-fountain/hang
  expect 'Poison Fountain hangs: public site' 200 "$(ask 1 www.example.com / "${browser[@]}")"
  expect '  a crawler is not recognized now' 200 "$(ask 1 www.example.com / -A GPTBot)"
  behave poison-fountain/healthy
  behave outpost/hang
  expect 'authentik hangs: protected site asks for the emergency password' 401 "$(ask 2 wiki.example.com / "${browser[@]}")"
  expect '  and the public one goes on' 200 "$(ask 2 www.example.com / "${browser[@]}")"
  behave outpost/healthy
  expect 'both healthy again: protected site, to the login' 302 "$(until_status 60 302 1 wiki.example.com / "${browser[@]}")"
  expect '  a crawler' 403 "$(until_status 60 403 1 www.example.com / -A GPTBot)"
}

# Asks both gateways all the time, and writes each status to a file.
load() {
  while :; do
    curl -q -ks -m 10 --noproxy '*' -o /dev/null -w '%{http_code}\n' "https://127.0.0.1:$GATEWAY_1_PORT/whoami?[1-100]" || true
  done >"$run/statuses-1" 2>/dev/null
}

change_under_load() {
  title 'A change of routes under load'
  local before i
  before=$(revision 1)
  load &
  local loading=$!
  processes+=("$loading")
  names+=(load)
  for i in 1 2 3; do
    cat >"$run/routes/demo.yaml" <<END
http:
  routers:
    demo:
      rule: Path(\`/demo-$i\`)
      service: whoami
END
    if ! apply; then
      tail -n 5 "$run/apply.log" >&2
    fi
    expect "change $i: gateway 1 serves /demo-$i" 200 "$(ask 1 127.0.0.1 "/demo-$i")"
    expect "change $i: gateway 2 serves /demo-$i" 200 "$(ask 2 127.0.0.1 "/demo-$i")"
  done
  kill "$loading" 2>/dev/null
  wait "$loading" 2>/dev/null || true
  forget load
  expect 'revision of gateway 1 has grown' yes "$([ "$(revision 1)" -gt "$before" ] && echo yes || echo no)"
  expect "statuses of $(grep -c . "$run/statuses-1") requests meanwhile" 200 "$(sort -u "$run/statuses-1" | xargs)"
}

# The process that start has started last under this name.
process_of() {
  local i
  for i in "${!names[@]}"; do
    [ "${names[i]}" != "$1" ] || printf '%s\n' "${processes[i]}"
  done | tail -n 1
}

forget() {
  local i
  for i in "${!names[@]}"; do
    if [ "${names[i]}" = "$1" ]; then
      unset "names[$i]" "processes[$i]"
    fi
  done
}

etcd_away() {
  title 'etcd stopped and started'
  local etcd_process
  etcd_process=$(process_of etcd)
  forget etcd
  kill -9 "$etcd_process"
  wait "$etcd_process" 2>/dev/null || true
  expect 'etcd is killed: gateway 1 serves on' 200 "$(ask 1 127.0.0.1 /whoami)"
  expect '  gateway 2, too' 200 "$(ask 2 127.0.0.1 /foo)"
  expect '  edge-routes apply: exit status' 3 "$(apply && echo 0 || echo $?)"
  start_etcd
  sed -i.old 's|/demo-3|/demo-4|' "$run/routes/demo.yaml"
  rm -f "$run/routes/demo.yaml.old"
  expect 'etcd is back: apply, exit status' 0 "$(apply && echo 0 || echo $?)"
  expect '  both gateways serve the change' '200 200' "$(ask 1 127.0.0.1 /demo-4) $(ask 2 127.0.0.1 /demo-4)"
}

wrong_route() {
  title 'A wrong route is refused'
  local before
  before=$(revision 1)
  cat >"$run/routes/wrong.yaml" <<'END'
http:
  routers:
    wrong:
      rule: Path(`/wrong`)
      service: whoami
      prioritty: 5
END
  expect 'edge-routes apply: exit status' 1 "$(apply && echo 0 || echo $?)"
  expect '  it names file and line' 'wrong.yaml:6:*prioritty*' "$(sed -n "s|.*/wrong|wrong|p" "$run/apply.log" | head -n 1)"
  expect '  the gateways serve what they had' "$before $before 200" "$(revision 1) $(revision 2) $(ask 1 127.0.0.1 /whoami)"
  rm "$run/routes/wrong.yaml"
}

play() {
  balancing
  outages
  change_under_load
  etcd_away
  wrong_route
  if [ "$wrong" -gt 0 ]; then
    fail "$wrong of $checks answers are WRONG; logs and settings: $run"
  fi
  printf '\nAll %d answers are as documented.\n' "$checks"
}

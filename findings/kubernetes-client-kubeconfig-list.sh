#!/usr/bin/env bash
# Kubernetes' Java client 22.0.1: KUBECONFIG with two files.
#
# Guess: it merges the files, as kubectl does, which also skips one that does not exist.
# Really: it reads the first one and ignores the others. If the first does not exist, it does not try the
# second, but goes on as if KUBECONFIG was not set, and takes http://localhost:8080 if there is nothing else.
# Seen: "context:cluster: No server in kubeconfig", "missing:both: http://localhost:8080",
# "both: https://k.example:6443", where "both" has the context and the cluster in one file.
# Package: io.kubernetes:client-java:22.0.1
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
java_home=$("$here/../manifests/local/jdk.sh") || {
  printf '%s: no JDK 25 found; set JAVA_HOME to one\n' "${0##*/}" >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
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

cat >"$work/Finding.java" <<'END'
import io.kubernetes.client.util.ClientBuilder;

public class Finding {
    public static void main(String[] arguments) throws java.io.IOException {
        try {
            System.out.println(ClientBuilder.standard().build().getBasePath());
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
    }
}
END

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

cat >"$work/context" <<'END'
apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
users: [{name: u, user: {username: u}}]
END
cat >"$work/cluster" <<'END'
clusters: [{name: k, cluster: {server: "https://k.example:6443"}}]
END
cat "$work/context" "$work/cluster" >"$work/both"

seen() {
  HOME=$work KUBECONFIG=$1 "$java_home/bin/java" -cp "$work/lib/*" "$work/Finding.java"
}

expect context:cluster "$(seen "$work/context:$work/cluster")" 'No server in kubeconfig'
expect missing:both "$(seen "$work/missing:$work/both")" http://localhost:8080
expect both "$(seen "$work/both")" https://k.example:6443
[ "$failed" -eq 0 ]

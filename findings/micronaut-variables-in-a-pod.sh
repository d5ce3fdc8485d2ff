#!/usr/bin/env bash
# Micronaut 4.10.26: environment variables in a pod.
#
# Guess: every environment variable is a property, on a laptop as in a pod: DB_SERVICE_HOST is
# db.service.host.
# Really: where KUBERNETES_SERVICE_HOST is set, as in each pod, variables that are named like those that
# Kubernetes sets for Services are left out, also those that the deployment sets on its own account.
# Seen: "elsewhere: db.service.host db.example, db.service.port 5432, db.name shop",
# "in a pod: db.service.host none, db.service.port none, db.name shop".
# Package: io.micronaut:micronaut-context:4.10.26
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
      <groupId>io.micronaut</groupId>
      <artifactId>micronaut-context</artifactId>
      <version>4.10.26</version>
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
import io.micronaut.context.ApplicationContext;

import java.util.List;
import java.util.stream.Collectors;

public class Finding {
    public static void main(String[] arguments) {
        try (ApplicationContext context = ApplicationContext.run()) {
            System.out.println(
                    List.of("db.service.host", "db.service.port", "db.name").stream()
                            .map(n -> n + " " + context.getProperty(n, String.class).orElse("none"))
                            .collect(Collectors.joining(", ")));
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

seen() {
  env -u KUBERNETES_SERVICE_HOST DB_SERVICE_HOST=db.example DB_SERVICE_PORT=5432 DB_NAME=shop "$@" \
    "$java_home/bin/java" -cp "$work/lib/*" "$work/Finding.java"
}

expect elsewhere "$(seen)" 'db.service.host db.example, db.service.port 5432, db.name shop'
expect 'in a pod' "$(seen KUBERNETES_SERVICE_HOST=192.0.2.1)" \
  'db.service.host none, db.service.port none, db.name shop'
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Micrometer 1.15.4 with the Prometheus registry: a counter whose name ends with "created", "info" or "bucket".
#
# Guess: the counters "orders" and "orders.created" are two, orders_total and orders_created_total.
# Really: such an ending is reserved in the format, so it is cut off, and both are orders_total. Nothing is
# thrown or logged; with the same tags only one of them is exported.
# Seen: "meters: 2" and the only sample "orders_total 5.0", for orders at 2 and orders.created at 5.
# Package: io.micrometer:micrometer-registry-prometheus:1.15.4
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
      <groupId>io.micrometer</groupId>
      <artifactId>micrometer-registry-prometheus</artifactId>
      <version>1.15.4</version>
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
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

public class Finding {
    public static void main(String[] arguments) {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.counter("orders").increment(2);
        registry.counter("orders.created").increment(5);
        System.out.println("meters: " + registry.getMeters().size());
        registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> System.out.println("sample: " + line));
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

seen=$("$java_home/bin/java" -cp "$work/lib/*" "$work/Finding.java" 2>&1)
line() {
  sed -n "s/^$1: //p" <<<"$seen"
}

expect meters "$(line meters)" 2
expect sample "$(line sample)" 'orders_total 5.0'
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Micrometer 1.15.4 with the Prometheus registry: a gauge whose name ends with "info".
#
# Guess: the gauge "disk.info" is disk_info with its value, as "disk.free" is disk_free with its own.
# Really: it is taken for metadata, of which the value is always 1, and its function is never asked. A gauge that is
# to be 1 for the one thing that is in force, and 0 for all others, says 1 for each. Nothing is thrown or logged.
# Seen: "disk_free 7.0" and "disk_info 1", both at 7; "disk_free 0.0" and still "disk_info 1", both at 0.
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
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

public class Finding {
    public static void main(String[] arguments) {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var value = new AtomicInteger(7);
        var asked = new AtomicInteger();
        Gauge.builder("disk.free", value::get).register(registry);
        Gauge.builder("disk.info", () -> value.get() + 0 * asked.incrementAndGet())
                .register(registry);
        print("at 7", registry);
        value.set(0);
        print("at 0", registry);
        System.out.println("asked: " + asked);
    }

    private static void print(String when, PrometheusMeterRegistry registry) {
        registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .sorted()
                .forEach(line -> System.out.println(when + ": " + line));
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
lines() {
  sed -n "s/^$1: //p" <<<"$seen" | paste -sd ' '
}

expect 'at 7' "$(lines 'at 7')" 'disk_free 7.0 disk_info 1'
expect 'at 0' "$(lines 'at 0')" 'disk_free 0.0 disk_info 1'
expect asked "$(lines asked)" 0
[ "$failed" -eq 0 ]

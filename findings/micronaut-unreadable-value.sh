#!/usr/bin/env bash
# Micronaut 4.10.26: a property that is set to something that is no value of its type.
#
# Guess: the application does not start, or at least the read fails, and the message names the value.
# Really: getProperty with a default returns the default, as if nothing was set, and getRequiredProperty says
# that there is no such property. A boolean is false, whatever the default is.
# Seen: "Integer 1o, default 7: 7", "Duration 5 sceonds, default 30 s: PT30S", "Boolean yess, default true: false",
# "Integer 1o, required: No property found for name [app.limit] and type [java.lang.Integer]".
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

import java.time.Duration;
import java.util.Map;

public class Finding {
    public static void main(String[] arguments) {
        Map<String, Object> properties =
                Map.of("app.limit", "1o", "app.timeout", "5 sceonds", "app.enabled", "yess");
        try (ApplicationContext context =
                ApplicationContext.builder().properties(properties).start()) {
            System.out.println("limit: " + context.getProperty("app.limit", Integer.class, 7));
            System.out.println(
                    "timeout: "
                            + context.getProperty(
                                    "app.timeout", Duration.class, Duration.ofSeconds(30)));
            System.out.println(
                    "enabled: " + context.getProperty("app.enabled", Boolean.class, true));
            System.out.println("required: " + required(context));
        }
    }

    private static String required(ApplicationContext context) {
        try {
            return String.valueOf(context.getRequiredProperty("app.limit", Integer.class));
        } catch (RuntimeException e) {
            return e.getMessage();
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

seen=$("$java_home/bin/java" -cp "$work/lib/*" "$work/Finding.java")
line() {
  sed -n "s/^$1: //p" <<<"$seen"
}

expect 'Integer 1o, default 7' "$(line limit)" 7
expect 'Duration 5 sceonds, default 30 s' "$(line timeout)" PT30S
expect 'Boolean yess, default true' "$(line enabled)" false
expect 'Integer 1o, required' "$(line required)" \
  'No property found for name [app.limit] and type [java.lang.Integer]'
[ "$failed" -eq 0 ]

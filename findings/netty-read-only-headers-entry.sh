#!/usr/bin/env bash
# Netty 4.2.16.Final: entries of ReadOnlyHttpHeaders that are kept.
#
# Guess: a loop over the headers gives an entry for each, which can be put into a list, as with
# DefaultHttpHeaders.
# Really: all turns of the loop give the same object, which is the iterator itself. What was kept turns into
# the last header. entries() gives one of its own for each.
# Seen: "default: [a=1, b=2, c=3]", "read-only: [c=3, c=3, c=3]", "read-only, entries(): [a=1, b=2, c=3]".
# Package: io.netty:netty-codec-http:4.2.16.Final
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
      <groupId>io.netty</groupId>
      <artifactId>netty-codec-http</artifactId>
      <version>4.2.16.Final</version>
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
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public class Finding {
    public static void main(String[] arguments) {
        HttpHeaders modifiable = new DefaultHttpHeaders().add("a", "1").add("b", "2").add("c", "3");
        HttpHeaders readOnly = new ReadOnlyHttpHeaders(true, "a", "1", "b", "2", "c", "3");
        System.out.println("default: " + kept(modifiable));
        System.out.println("read-only: " + kept(readOnly));
        System.out.println("read-only, entries(): " + readOnly.entries());
    }

    private static List<Map.Entry<String, String>> kept(HttpHeaders headers) {
        List<Map.Entry<String, String>> entries = new ArrayList<>();
        for (Map.Entry<String, String> entry : headers) {
            entries.add(entry);
        }
        return entries;
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

expect default "$(line default)" '[a=1, b=2, c=3]'
expect read-only "$(line read-only)" '[c=3, c=3, c=3]'
expect 'read-only, entries()' "$(line 'read-only, entries()')" '[a=1, b=2, c=3]'
[ "$failed" -eq 0 ]

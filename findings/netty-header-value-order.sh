#!/usr/bin/env bash
# Netty 4.2.16.Final: DefaultHttpHeaders and the order of the values of one header.
#
# Guess: valueStringIterator(name) gives the values of getAll(name) in the same order, only without a list:
# its Javadoc calls it equivalent.
# Really: it gives them backwards. Where the order counts, as with X-Forwarded-For on two lines, the first is
# the last.
# Seen: "getAll: [one, two, three]", "valueStringIterator: [three, two, one]", "get: one".
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

import java.util.ArrayList;
import java.util.List;

public class Finding {
    public static void main(String[] arguments) {
        HttpHeaders headers =
                new DefaultHttpHeaders().add("via", "one").add("via", "two").add("via", "three");
        List<String> iterated = new ArrayList<>();
        headers.valueStringIterator("via").forEachRemaining(iterated::add);
        System.out.println("getAll: " + headers.getAll("via"));
        System.out.println("valueStringIterator: " + iterated);
        System.out.println("get: " + headers.get("via"));
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

expect getAll "$(line getAll)" '[one, two, three]'
expect valueStringIterator "$(line valueStringIterator)" '[three, two, one]'
expect get "$(line get)" one
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Netty 4.2.16.Final: an event loop with nothing to do.
#
# Guess: it sleeps until a channel has something or a task comes; a timer in a hundred years changes nothing,
# or makes it work more.
# Really: without any scheduled task it wakes up once a second, for ever. With one task that is due in a
# hundred years it sleeps.
# Seen: "no timer: 10 wake-ups in 10 s", "a timer in a hundred years: 0 wake-ups in 10 s" (Linux counts them as
# voluntary_ctxt_switches of the thread).
# Package: io.netty:netty-transport:4.2.16.Final
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
      <artifactId>netty-transport</artifactId>
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
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

public class Finding {
    public static void main(String[] arguments) throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Path thread = loops.submit(() -> Path.of("/proc/thread-self").toRealPath()).get();
        Thread.sleep(3000);
        System.out.println("no timer: " + wakeUps(thread));
        loops.schedule(() -> {}, 36_500, TimeUnit.DAYS);
        Thread.sleep(3000);
        System.out.println("a timer in a hundred years: " + wakeUps(thread));
        System.exit(0);
    }

    private static long wakeUps(Path thread) throws Exception {
        long before = count(thread);
        Thread.sleep(10_000);
        return count(thread) - before;
    }

    private static long count(Path thread) throws Exception {
        return Files.readAllLines(thread.resolve("status")).stream()
                .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
                .sum();
    }
}
END

seen=$("$java_home/bin/java" -XX:+UseSerialGC -cp "$work/lib/*" "$work/Finding.java")
count() {
  sed -n "s/^$1: //p" <<<"$seen"
}
without=$(count 'no timer')
with=$(count 'a timer in a hundred years')
printf 'no timer: %s wake-ups in 10 s\na timer in a hundred years: %s wake-ups in 10 s\n' "$without" "$with"
[ "$without" -ge 9 ] && [ "$without" -le 15 ] && [ "$with" -le 3 ]

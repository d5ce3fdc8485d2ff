#!/usr/bin/env bash
# Netty 4.2.16.Final: NetUtil and IPv6 addresses whose last 32 bits are written as IPv4.
#
# Guess: NetUtil reads every address that Java's own InetAddress.ofLiteral reads, and reads it the same way.
# RFC 4291 (2.2) allows the dotted form at the end of any address, and RFC 6052 (2.4) uses it for NAT64.
# Really: NetUtil reads the dotted form only after "::" and "::ffff:". It does not accept 64:ff9b::192.0.2.1,
# and to it ::192.0.2.1 is ::ffff:192.0.2.1, another address.
# Seen: "64:ff9b::192.0.2.1: Netty none, Java 0064ff9b0000000000000000c0000201",
# "::192.0.2.1: Netty 00000000000000000000ffffc0000201, Java 000000000000000000000000c0000201".
# Package: io.netty:netty-common:4.2.16.Final
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
      <artifactId>netty-common</artifactId>
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
import io.netty.util.NetUtil;

import java.net.InetAddress;
import java.util.HexFormat;

public class Finding {
    public static void main(String[] addresses) {
        for (String address : addresses) {
            byte[] netty = NetUtil.createByteArrayFromIpAddressString(address);
            System.out.printf(
                    "%s: Netty %s, Java %s%n",
                    address,
                    netty == null ? "none" : HexFormat.of().formatHex(netty),
                    HexFormat.of().formatHex(InetAddress.ofLiteral(address).getAddress()));
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

seen=$("$java_home/bin/java" -cp "$work/lib/*" "$work/Finding.java" 64:ff9b::c000:201 64:ff9b::192.0.2.1 ::192.0.2.1)
line() {
  sed -n "s/^$1: //p" <<<"$seen"
}

nat64=0064ff9b0000000000000000c0000201
expect 64:ff9b::c000:201 "$(line 64:ff9b::c000:201)" "Netty $nat64, Java $nat64"
expect 64:ff9b::192.0.2.1 "$(line 64:ff9b::192.0.2.1)" "Netty none, Java $nat64"
expect ::192.0.2.1 "$(line ::192.0.2.1)" \
  'Netty 00000000000000000000ffffc0000201, Java 000000000000000000000000c0000201'
[ "$failed" -eq 0 ]

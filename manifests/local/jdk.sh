#!/usr/bin/env bash
# Usage: jdk.sh: prints the home of a JDK 25, preferably JAVA_HOME; exit 1 if none is found.
# Written for bash 3.2, the version on macOS.
set -euo pipefail

is_jdk_25() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] &&
    grep -q '^JAVA_VERSION="25[".]' "$1/release" 2>/dev/null
}

java_home_of_path() {
  java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p' || true
}

for home in "${JAVA_HOME:-}" PATH \
  /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
  ~/.sdkman/candidates/java/* ~/.jdks/* ~/.jdks/*/Contents/Home \
  ~/.m2/jdks/* ~/.m2/jdks/*/Contents/Home; do
  [ "$home" != PATH ] || home=$(java_home_of_path)
  if is_jdk_25 "$home"; then
    printf '%s\n' "$home"
    exit
  fi
done
exit 1

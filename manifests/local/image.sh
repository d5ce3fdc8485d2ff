#!/usr/bin/env bash
# Builds the images of both guards and of edge-routes, unpacks them and runs a smoke test. See `image.sh --help`.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd -- "$here/../.." && pwd -P)
files=$here/.local/images
TAG=${TAG:-stable}
REPOSITORY=${REPOSITORY:-localhost}
FIRST_PORT=${FIRST_PORT:-18600}
MAVEN_VERSION=3.9.11
MAVEN_SHA512=bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978
running=''
container=''

usage() {
  cat <<END
Usage: image.sh [--local-bases] [--no-smoke] [IMAGE…]
       image.sh --no-build [IMAGE…]
       image.sh --smoke [IMAGE…]

Builds these images with docker, buildah or podman, the first of them that works here: bot-block-guard,
authentik-guard and edge-routes, all of them if none is named. buildah and podman build without running
a container and need only root. Then unpacks each image and runs a smoke test: its own user, read-only
root file system, memory limit.

  --local-bases  create the build image and the base image from Debian packages and this machine's
                 JDK 25, where no registry can be reached (needs root, debootstrap, Maven)
  --no-smoke     build and unpack only
  --no-build     unpack and try images that exist already
  --smoke        run the smoke test with the images unpacked before

Environment:
  ENGINE                    docker, buildah or podman
  VERSION                   what the images say of themselves; by default that of the pom.xml, a snapshot
  BUILD_IMAGE, BASE_IMAGE   replace the images that the Dockerfile pins
  REPOSITORY, TAG           names of the images: $REPOSITORY/IMAGE:$TAG
  FIRST_PORT                the smoke test uses a free port from this one up; default $FIRST_PORT
  JAVA_HOME                 for --local-bases: a JDK 25; by default one is searched for

Kept between runs: the layers of the engine; with buildah and podman also Maven's downloads in
~/.m2/repository, and the local bases. Written below $files:

  IMAGE/root, entrypoint, environment, user   the image, unpacked, for confined.sh and footprint.sh
  IMAGE.cdx.json                              its SBOM (CycloneDX); also in the image, in /opt
END
}

fail() {
  printf 'image.sh: %s\n' "$*" >&2
  exit 1
}

say() {
  printf '== %s\n' "$*"
}

# --- Engines --------------------------------------------------------------------------------------

find_engine() {
  local each
  for each in docker buildah podman; do
    # docker cannot build on images that only this machine has
    [ "$each" != docker ] || [ "$bases" = given ] || continue
    if command -v "$each" >/dev/null && "$each" info >/dev/null 2>&1; then
      echo "$each"
      return
    fi
  done
  return 1
}

# For root on machines that cannot run containers; the ulimits are ones that such machines allow.
without_containers=(--isolation chroot --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --layers)

build() {
  local image=$1 file=$repository/manifests/image/Dockerfile
  shift
  [ "$image" != edge-routes ] || file=$repository/manifests/image/edge-routes.Dockerfile
  local -a arguments=(--file "$file" --tag "$REPOSITORY/$image:$TAG")
  if git -C "$repository" rev-parse -q --verify HEAD >/dev/null 2>&1; then
    labelled REVISION revision "$(git -C "$repository" rev-parse HEAD)"
    labelled CREATED created "$(
      TZ=UTC git -C "$repository" show --no-patch --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ HEAD
    )"
  fi
  [ -z "${VERSION:-}" ] || labelled VERSION version "$VERSION"
  [ "$image" = edge-routes ] || arguments+=(--build-arg "GUARD=$image" --build-arg "PORT=$(port_of "$image")")
  [ -z "${BUILD_IMAGE:-}" ] || arguments+=(--build-arg "BUILD_IMAGE=$BUILD_IMAGE")
  if [ -n "${BASE_IMAGE:-}" ]; then
    arguments+=(--build-arg "BASE_IMAGE=$BASE_IMAGE")
    labelled BASE_NAME base.name "${BASE_IMAGE%@*}"
    labelled BASE_DIGEST base.digest "$(digest_of "$BASE_IMAGE")"
  fi
  if [ "$engine" != docker ]; then
    arguments+=("${without_containers[@]}" --timestamp 1795132800)
    [ ! -d ~/.m2/repository ] || arguments+=(--volume ~/.m2/repository:/root/.m2/repository)
  fi
  "$engine" build "${arguments[@]}" "$repository"
}

# A build argument that is a label. The label again, because buildah 1.28 takes a step with labels from its
# layers even if their arguments are others.
labelled() {
  arguments+=(--build-arg "$1=$3" --label "org.opencontainers.image.$2=$3")
}

# The port of a guard for auth requests.
port_of() {
  sed -n 's/.*[$]{guard\.port:\([0-9]*\)}.*/\1/p' "$repository/$1/src/main/resources/application.yml"
}

# The digest of an image that is built on; nothing if it is not here yet and its name has none.
digest_of() {
  local field=.Digest
  [ "$engine" != buildah ] || field=.FromImageDigest
  case $1 in
    *@*) echo "${1##*@}" ;;
    *) inspect "$1" "{{$field}}" 2>/dev/null || true ;;
  esac
}

inspect() {
  local config=.Config
  [ "$engine" != buildah ] || config=.OCIv1.Config
  local -a type=(image inspect)
  [ "$engine" != buildah ] || type=(inspect --type image)
  "$engine" "${type[@]}" --format "${2//CONFIG/$config}" "$1"
}

# Unpacks the files of an image, and its entry point, environment and user.
unpack() {
  local directory=$files/$1 image=$REPOSITORY/$1:$TAG root
  rm -rf -- "$directory"
  mkdir -p "$directory/root"
  if [ "$engine" = buildah ]; then
    container=$(buildah from --pull-never "$image")
    root=$(buildah mount "$container")
    cp -a "$root/." "$directory/root/"
    buildah rm "$container" >/dev/null
  else
    container=$("$engine" create "$image")
    "$engine" export "$container" | tar -x -p -C "$directory/root"
    "$engine" rm "$container" >/dev/null
  fi
  container=''
  inspect "$image" '{{range CONFIG.Entrypoint}}{{println .}}{{end}}' | grep . >"$directory/entrypoint"
  inspect "$image" '{{range CONFIG.Env}}{{println .}}{{end}}' | grep . >"$directory/environment"
  inspect "$image" '{{CONFIG.User}}' >"$directory/user"
  local label
  for label in version revision; do
    inspect "$image" "{{index CONFIG.Labels \"org.opencontainers.image.$label\"}}" >"$directory/$label"
  done
  # mount points of a pod's volumes
  mkdir -p "$directory"/root/{proc,dev,etc/forward-guard}
  cp "$directory"/root/opt/*/sbom.cdx.json "$files/$1.cdx.json"
}

sizes() {
  local root=$files/$1/root/opt/guard
  if [ "$1" = edge-routes ]; then
    root=$files/$1/root/opt/edge-routes
    printf '%s besides the base: %s MB: runtime %s, libraries %s\n' "$1" "$(megabytes "$root")" \
      "$(megabytes "$root/jre")" "$(megabytes "$root/lib")"
    return
  fi
  printf '%s besides the base: %s MB: runtime %s, libraries %s, guard %s, AOT cache %s\n' "$1" \
    "$(megabytes "$root")" "$(megabytes "$root/jre")" "$(megabytes "$root/lib")" \
    "$(megabytes "$root/guard.jar")" "$(megabytes "$root/guard.aot")"
}

megabytes() {
  du -sb "$1" | awk '{ printf "%.1f", $1 / 1000000 }'
}

# --- Bases without a registry ---------------------------------------------------------------------

local_bases() {
  [ "$engine" != docker ] || fail '--local-bases is for buildah and podman'
  BUILD_IMAGE=localhost/forward-guard-build:maven-$MAVEN_VERSION
  BASE_IMAGE=localhost/forward-guard-base:debian-packages
  local work
  work=$(mktemp -d)
  if ! exists "$BUILD_IMAGE"; then
    say 'a build image: Debian with this JDK 25 and Maven'
    debootstrap --variant=minbase --include=binutils,ca-certificates bookworm "$work/build" \
      >"$work/debootstrap.log" || fail "debootstrap failed: $(tail -n 3 "$work/debootstrap.log")"
    rm -rf "$work"/build/var/cache/apt/* "$work"/build/var/lib/apt/lists/*
    local jdk
    jdk=$("$here/jdk.sh") || fail 'no JDK 25 found; set JAVA_HOME to one'
    cp -a "$jdk" "$work/build/opt/jdk"
    # Maven as an artifact: from wherever its own settings say (mirrors, proxies)
    mvn -q -B -ntp -N -f "$repository/pom.xml" dependency:copy "-DoutputDirectory=$work" \
      "-Dartifact=org.apache.maven:apache-maven:$MAVEN_VERSION:tar.gz:bin" ||
      fail "Maven $MAVEN_VERSION cannot be resolved"
    local maven=$work/apache-maven-$MAVEN_VERSION-bin.tar.gz
    echo "$MAVEN_SHA512  $maven" | sha512sum --check --quiet
    tar -x -z -C "$work/build/opt" -f "$maven"
    # the CA certificates that this machine trusts, perhaps of its proxy
    cp -L /etc/ssl/certs/ca-certificates.crt "$work/build/etc/ssl/certs/"
    [ ! -f /etc/ssl/certs/java/cacerts ] ||
      cp -L --remove-destination /etc/ssl/certs/java/cacerts "$work/build/opt/jdk/lib/security/cacerts"
    commit "$work/build" "$BUILD_IMAGE" \
      --env JAVA_HOME=/opt/jdk \
      --env "PATH=/opt/jdk/bin:/opt/apache-maven-$MAVEN_VERSION/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  fi
  if ! exists "$BASE_IMAGE"; then
    say 'a base image with glibc and little else'
    mkdir -p "$work"/base/{proc,sys,dev,tmp,etc,var/lib/dpkg/status.d}
    (cd "$work" && apt-get -qq download libc6 base-files netbase tzdata 2>/dev/null &&
      for package in ./*.deb; do
        dpkg-deb --extract "$package" base
        # where distroless images have it, for scanners and for the SBOM
        dpkg-deb --field "$package" >"base/var/lib/dpkg/status.d/$(dpkg-deb --field "$package" Package)"
      done)
    rm -rf "$work"/base/usr/share/{doc,man,locale}
    echo 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >"$work/base/etc/passwd"
    echo 'nonroot:x:65532:' >"$work/base/etc/group"
    echo 'hosts: files dns' >"$work/base/etc/nsswitch.conf"
    commit "$work/base" "$BASE_IMAGE"
  fi
  rm -rf "$work"
}

exists() {
  "$engine" inspect --type image "$1" >/dev/null 2>&1
}

# Makes an image with one layer from a directory.
commit() {
  local directory=$1 image=$2
  shift 2
  printf 'FROM scratch\nCOPY . /\n' >"$directory.Dockerfile"
  while [ "$#" -gt 0 ]; do
    printf 'ENV %s\n' "$2" >>"$directory.Dockerfile"
    shift 2
  done
  "$engine" build "${without_containers[@]}" --file "$directory.Dockerfile" --tag "$image" \
    "$directory" >/dev/null
}

# --- Smoke test -----------------------------------------------------------------------------------

free_port() {
  local port
  for ((port = FIRST_PORT; port < FIRST_PORT + 90; port++)); do
    if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  fail 'no free port'
}

# The health check of a running guard, as a container engine runs it.
health() {
  "$here/confined.sh" --beside "$1" /opt/guard/jre/bin/java @/opt/guard/health
}

# The guard starts within the memory limit, decides, serves its metrics, and shuts down cleanly.
smoke() {
  local guard=$1 port management path want got log=$files/$1/smoke.log
  local limit=128
  [ "$guard" != authentik-guard ] || limit=160
  port=$(free_port)
  management=$((port + 10))
  GUARD_HOST=127.0.0.1 GUARD_PORT=$port GUARD_MANAGEMENT_PORT=$management \
    "$here/confined.sh" "$files/$guard" "$limit" >"$log" 2>&1 </dev/null &
  running=$!
  until_healthy "http://127.0.0.1:$port/healthz" "$log"
  case $guard in
    bot-block-guard) path=/auth want=200 ;;
    *) path=/outpost.goauthentik.io/auth/traefik want=503 ;; # login is impossible: there is no Secret
  esac
  got=$(status "http://127.0.0.1:$port$path" -H 'X-Forwarded-Proto: https')
  [ "$got" = "$want" ] || fail "$guard answered $got, not $want; see $log"
  for path in health/liveness health/readiness prometheus status; do
    got=$(status "http://127.0.0.1:$management/$path")
    [ "$got" = 200 ] || fail "$guard answered $got at /$path; see $log"
  done
  got=$(curl -q -s -m 10 --noproxy '*' "http://127.0.0.1:$management/prometheus" | grep '^guard_build_info{' || true)
  for want in version revision; do
    [[ $got = *"$want=\"$(cat "$files/$guard/$want")\""* ]] ||
      fail "$guard says that it is $got, and its image is of another $want"
  done
  GUARD_MANAGEMENT_PORT=$management health "$running" >>"$log" 2>&1 || fail "$guard is not healthy; see $log"
  ! GUARD_MANAGEMENT_PORT=$((port + 11)) health "$running" >>"$log" 2>&1 || fail "$guard is healthy at the wrong port"
  [ "$(awk '/^Uid:/ { print $2 }' "/proc/$running/status")" = 65532 ] || fail "$guard does not run as user 65532"
  ! touch "/proc/$running/root/opt/guard/written" 2>/dev/null || fail "the root file system of $guard is writable"
  # Only epoll has a timerfd. Without its library Netty silently uses the slower NIO transport.
  [ -n "$(find "/proc/$running/fd" -lname '*timerfd*')" ] || fail "$guard does not use Netty's epoll"
  [ -d "/proc/$running/root/etc/forward-guard-override" ] || fail "$guard has no place for an override"
  [ ! -e "/proc/$running/root/bin/sh" ] || fail "$guard has a shell"
  got=$("$here/confined.sh" --show "$running")
  kill "$running"
  local end=0
  wait "$running" || end=$?
  # 143: the JVM's exit status after an orderly shutdown by SIGTERM
  [ "$end" = 0 ] || [ "$end" = 143 ] || fail "$guard ended with $end; see $log"
  "$here/confined.sh" --remove "$running"
  running=''
  say "$guard runs in $limit MiB: $got"
}

# The program checks a file of routes within the memory limit of its Job, as its user.
smoke_of_edge_routes() {
  local directory=$files/edge-routes want got
  printf "http: {routers: {a: {rule: 'Path(\`/\`)', service: s}}, services: {s: {loadBalancer: {servers: [{url: 'http://b'}]}}}}\n" \
    >"$directory/good.yaml"
  sed 's/rule:/rool:/' "$directory/good.yaml" >"$directory/bad.yaml"
  for want in 'good 0' 'bad 1'; do
    FILES=$directory "$here/confined.sh" "$directory" 160 check "/etc/forward-guard/${want% *}.yaml" \
      >"$directory/smoke.log" 2>&1 </dev/null &
    running=$!
    got=0
    wait "$running" || got=$?
    "$here/confined.sh" --remove "$running"
    running=''
    [ "$got" = "${want#* }" ] || fail "edge-routes ended with $got for ${want% *} routes; see $directory/smoke.log"
  done
  grep -q 'bad.yaml:1: .*rule' "$directory/smoke.log" || fail "edge-routes names no line; see $directory/smoke.log"
  [ ! -e "$directory/root/bin/sh" ] || fail 'edge-routes has a shell'
  say 'edge-routes checks routes in 160 MiB'
}

# Changes a library: the AOT cache does not match it any more, and the guard must refuse to start.
refuses_other_jars() {
  local guard=$1 log=$files/$1/refused.log jar
  jar=$(find "$files/$guard/root/opt/guard/lib" -name 'slf4j-api-*.jar')
  touch -d '2 hours ago' -- "$jar"
  "$here/confined.sh" "$files/$guard" 160 >"$log" 2>&1 </dev/null &
  running=$!
  local end=0
  wait "$running" || end=$?
  "$here/confined.sh" --remove "$running"
  running=''
  touch -d @1795132800 -- "$jar"
  if [ "$end" = 0 ] || ! grep -q 'Unable to use AOT cache' "$log"; then
    fail "$guard started with a library that does not match its AOT cache; see $log"
  fi
  say "$guard refuses to start with a library that does not match its AOT cache"
}

status() {
  curl -q -s -m 10 --noproxy '*' -o /dev/null -w '%{http_code}' "$@" || true
}

until_healthy() {
  local last=$((SECONDS + 60))
  until [ "$(status "$1")" = 200 ]; do
    kill -0 "$running" 2>/dev/null || fail "$(tail -n 5 "$2")"
    [ "$SECONDS" -lt "$last" ] || fail "$1 does not answer; see $2"
    sleep 0.1
  done
}

clean() {
  local status=$?
  trap - EXIT
  if [ -n "$running" ]; then
    kill -9 "$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
    "$here/confined.sh" --remove "$running" 2>/dev/null || true
  fi
  [ -z "$container" ] || "$engine" rm "$container" >/dev/null 2>&1 || true
  exit "$status"
}

steps='build unpack smoke'
bases=given
images=()
for argument in "$@"; do
  case $argument in
    --local-bases) bases=local ;;
    --no-smoke) steps='build unpack' ;;
    --no-build) steps='unpack smoke' ;;
    --smoke) steps=smoke ;;
    bot-block-guard | authentik-guard | edge-routes) images+=("$argument") ;;
    --help | -h)
      usage
      exit
      ;;
    *) fail "unknown argument $argument; see image.sh --help" ;;
  esac
done
[ "${#images[@]}" -gt 0 ] || images=(bot-block-guard authentik-guard edge-routes)
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [[ $steps == *unpack* ]]; then
  engine=${ENGINE:-$(find_engine)} || fail 'no working docker, buildah or podman found'
  [[ $steps != *build* ]] || [ "$bases" = given ] || local_bases
  for image in "${images[@]}"; do
    say "$image, with $engine"
    [[ $steps != *build* ]] || build "$image"
    unpack "$image"
    sizes "$image"
  done
fi
if [[ $steps == *smoke* ]]; then
  for image in "${images[@]}"; do
    if [ "$image" = edge-routes ]; then
      smoke_of_edge_routes
    else
      smoke "$image"
      refuses_other_jars "$image"
    fi
  done
fi

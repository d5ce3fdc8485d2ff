#!/usr/bin/env bash
# Builds a Kubernetes API server for the tests, from Go modules of pinned versions.
#   manifests/servers/kubernetes/build.sh DIRECTORY
# etcd, etcdctl, etcdutl, kube-apiserver and kube-controller-manager go into DIRECTORY. Needs Go 1.26 or later, in the PATH or
# in /usr/local/go. The first time takes eight minutes on two cores and 3 GB of Go's build cache, later seconds.
set -euo pipefail

[ $# = 1 ] || { echo "build.sh: which directory?" >&2; exit 2; }
mkdir -p "$1"
to=$(cd -- "$1" && pwd)
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

# Debian's Go is older, and may be the first one in the PATH
find_go() {
  local candidate version
  for candidate in go /usr/local/go/bin/go; do
    version=$("$candidate" env GOVERSION 2>/dev/null) || continue
    if [ "$(printf 'go1.26\n%s\n' "$version" | sort -V | head -n 1)" = go1.26 ]; then
      echo "$candidate"
      return
    fi
  done
  echo "build.sh: Go 1.26 or later is needed, in the PATH or in /usr/local/go" >&2
  return 1
}

go=$(find_go)
GO=$go ./crds.sh "$to"
version=$("$go" list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v1.}
package=k8s.io/component-base/version
stamp="-X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"

# Renamed when all are complete: tests may look for them meanwhile
work=$(mktemp -d "$to/build.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
"$go" build -C etcd -trimpath -ldflags '-s -w' -o "$work/etcd" go.etcd.io/etcd/server/v3
"$go" build -C etcd -trimpath -ldflags '-s -w' -o "$work/" go.etcd.io/etcd/etcdctl/v3 go.etcd.io/etcd/etcdutl/v3
"$go" build -trimpath -ldflags "-s -w $stamp" -o "$work/" \
  k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager
mv -f -- "$work"/* "$to/"

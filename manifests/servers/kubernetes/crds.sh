#!/usr/bin/env bash
# Copies the definitions of the custom resources that the manifests and their tests use, from Go modules of pinned
# versions (crds/go.mod): Traefik's, the Gateway API's, three of the Prometheus operator, and k3s's HelmChartConfig.
#   manifests/servers/kubernetes/crds.sh DIRECTORY
# They go into DIRECTORY/crds. Needs Go 1.26 or later, in the PATH or where GO says. build.sh calls this.
set -euo pipefail

[ $# = 1 ] || { echo "crds.sh: which directory?" >&2; exit 2; }
mkdir -p "$1"
to=$(cd -- "$1" && pwd)
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/crds"
go=${GO:-go}

"$go" mod download
module() { "$go" list -m -f '{{.Dir}}' "$1"; }
traefik=$(module github.com/traefik/traefik/v3)
operator=$(module github.com/prometheus-operator/prometheus-operator)
gateway=$(module sigs.k8s.io/gateway-api)
k3s=$(module github.com/k3s-io/helm-controller)

# Renamed when all are there. Files of modules are read-only: as they are, a second run could not replace them.
work=$(mktemp -d "$to/crds.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
install -m 644 -t "$work" \
  "$traefik/docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml" \
  "$operator"/example/prometheus-operator-crd/monitoring.coreos.com_{alertmanagerconfigs,podmonitors,prometheusrules}.yaml \
  "$gateway"/config/crd/standard/gateway.networking.k8s.io_*{classes,gateways,policies,grants,routes}.yaml \
  "$k3s/pkg/crds/yaml/generated/helm.cattle.io_helmchartconfigs.yaml"
chmod 755 "$work"
rm -rf -- "$to/crds"
mv -- "$work" "$to/crds"

// The definitions of custom resources that the tests apply, pinned: crds.sh copies them. There is no Go code here, so
// "go mod tidy" would empty this list.
module forward-guard.test/crds

go 1.26.0

require (
	github.com/k3s-io/helm-controller v0.17.6
	github.com/prometheus-operator/prometheus-operator v0.92.1
	github.com/traefik/traefik/v3 v3.7.13
	sigs.k8s.io/gateway-api v1.6.1
)

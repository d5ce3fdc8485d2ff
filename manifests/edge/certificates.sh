#!/usr/bin/env bash
# Makes the certificates of etcd, the gateways and edge-routes, for a laptop or a cluster without cert-manager.
#   manifests/edge/certificates.sh DIRECTORY              files: DIRECTORY/NAME/{tls.crt,tls.key,ca.crt}
#   manifests/edge/certificates.sh DIRECTORY --secrets    prints them as Secrets, too, for
#                                                         "kubectl apply --server-side -f -"; needs kubectl
# A second run keeps the certificate authority and renews everything else. Keep DIRECTORY/ca.key: who has it can make a
# certificate with the common name "root", and is etcd's root. With DAYS=n the certificates are good for n days instead of 730.
set -euo pipefail
unset CDPATH # else "cd" prints a line into the Secrets

usage() { sed -n 's/^# \{0,1\}//; 2,7p' "$0" >&2; exit 2; }
case ${1-} in -*) usage ;; esac
case $#:${2-} in
  1: | 2:--secrets) ;;
  *) usage ;;
esac
days=${DAYS:-730}
umask 077
mkdir -p -- "$1"
cd -- "$1"

key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }

if [ ! -s ca.key ] || [ ! -s ca.crt ]; then
  key ca.key
  openssl req -x509 -new -key ca.key -days 3650 -out ca.crt -subj "/O=forward-guard edge/OU=certificate authority" \
    -config <(printf '%s\n' '[req]' 'distinguished_name = dn' 'x509_extensions = ca' '[dn]' '[ca]' \
      'basicConstraints = critical, CA:TRUE, pathlen:0' 'keyUsage = critical, keyCertSign, cRLSign' \
      'subjectKeyIdentifier = hash')
fi

# A directory for the Secret of this name.
#   certificate NAME SUBJECT USAGE [NAMES]
certificate() {
  mkdir -p "$1"
  local extensions
  extensions="basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $3
authorityKeyIdentifier = keyid
${4:+subjectAltName = $4}"
  key "$1/tls.key.new"
  openssl req -new -key "$1/tls.key.new" -subj "$2" -config <(printf '%s\n' '[req]' 'distinguished_name = dn' '[dn]') \
    | openssl x509 -req -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -days "$days" \
      -extfile <(printf '%s\n' "$extensions") -out "$1/tls.crt.new" 2>"$1/log" || { cat "$1/log" >&2; exit 1; }
  rm -f "$1/log"
  cp ca.crt "$1/ca.crt"
  mv -f "$1/tls.key.new" "$1/tls.key"
  mv -f "$1/tls.crt.new" "$1/tls.crt"
}

domain=edge.svc.cluster.local
members=DNS:etcd-peers.$domain
for member in 0 1 2; do
  members+=,DNS:etcd-$member.etcd-peers.$domain
done
# localhost: for a proxy beside a gateway, and for "kubectl port-forward". Also for clients, because etcd's JSON gateway is
# itself a client of etcd. No common name: it would be a user.
certificate etcd-server-tls "/O=forward-guard edge/OU=etcd" "serverAuth, clientAuth" \
  "DNS:etcd.$domain,$members,DNS:localhost,IP:127.0.0.1"
certificate etcd-peer-tls "/O=forward-guard edge/OU=etcd" "serverAuth, clientAuth" "$members"
# The common name is etcd's user.
certificate gateway-etcd-tls "/O=forward-guard edge/CN=gateway" clientAuth
# No common name: etcd's JSON gateway refuses every request of a client that has one. The tool logs in by password.
certificate edge-routes-etcd-tls "/O=forward-guard edge/OU=edge-routes" clientAuth

[ "${2-}" = --secrets ] || exit 0
for name in etcd-server-tls etcd-peer-tls gateway-etcd-tls edge-routes-etcd-tls; do
  echo ---
  kubectl create secret generic "$name" --namespace=edge --type=kubernetes.io/tls --dry-run=client --output=yaml \
    --from-file="$name/tls.crt" --from-file="$name/tls.key" --from-file="$name/ca.crt"
done

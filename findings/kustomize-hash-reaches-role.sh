#!/usr/bin/env bash
# kustomize 5.7.1: a Secret of a secretGenerator, and a Role that allows to read it by its name.
#
# Guess: kustomize puts the name with the hash where an object refers to the Secret by a field of its own, such as
# secretName of a volume, and leaves plain texts alone: resourceNames of a Role as well as a variable that tells a
# program which Secret to read.
# Really: resourceNames of a Role is rewritten, too, a variable's value is not. A program that reads the Secret of
# that name through the API is then forbidden to, and one that got the new name could.
# Seen: resourceNames "users-" with a hash, and the variable "users".
set -euo pipefail
unset CDPATH

work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf -- "$work"' EXIT
trap 'exit 1' INT TERM

GOBIN="$work/bin" go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}

mkdir "$work/source"
cat >"$work/source/kustomization.yaml" <<'END'
namespace: example
resources: [objects.yaml]
secretGenerator:
  - name: users
    literals: [htpasswd=alice]
END
cat >"$work/source/objects.yaml" <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
rules:
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [users]
    verbs: [list, watch]
---
apiVersion: v1
kind: Pod
metadata:
  name: reader
spec:
  containers:
    - name: reader
      image: example
      env:
        - name: SECRET
          value: users
END
"$work/bin/kustomize" build "$work/source" >"$work/rendered.yaml"

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [[ $2 =~ $3 ]] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

role=$(awk '/resourceNames:/ { getline; print $2 }' "$work/rendered.yaml")
variable=$(awk '/name: SECRET/ { getline; print $2 }' "$work/rendered.yaml")
expect 'resourceNames of the Role' "$role" '^users-[a-z0-9]{10}$'
expect 'value of the variable' "$variable" '^users$'
[ "$failed" -eq 0 ]

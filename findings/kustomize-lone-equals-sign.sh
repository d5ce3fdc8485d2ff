#!/usr/bin/env bash
# kustomize 5.7.1 and PyYAML 6.0.2: a value that is a lone "=", such as matchType of an AlertmanagerConfig.
#
# Guess: what kustomize renders is YAML that every parser reads, above all if the source has "=" in quotes.
# Really: kustomize drops the quotes, and a plain = is the type "value" of YAML 1.1, which PyYAML's loaders know
# but cannot construct: it raises an error, and the whole file is lost to tools in Python.
# Seen: rendered "matchType: =", and ConstructorError "could not determine a constructor for the tag
# 'tag:yaml.org,2002:value'".
set -euo pipefail
unset CDPATH

work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf -- "$work"' EXIT
trap 'exit 1' INT TERM

GOBIN="$work/bin" go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check PyYAML==6.0.2

mkdir "$work/source"
cat >"$work/source/kustomization.yaml" <<'END'
resources: [config.yaml]
END
cat >"$work/source/config.yaml" <<'END'
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata:
  name: example
spec:
  inhibitRules:
    - sourceMatch:
        - name: alertname
          matchType: "="
          value: Down
END
"$work/bin/kustomize" build "$work/source" >"$work/rendered.yaml"

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

load() {
  "$work/venv/bin/python" - "$1" <<'END'
import sys

import yaml

try:
    yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
    print("read")
except yaml.constructor.ConstructorError as error:
    print(error.problem)
END
}

expect source "$(load "$work/source/config.yaml")" read
expect rendered "$(grep -o 'matchType: .*' "$work/rendered.yaml")" 'matchType: ='
expect loaded "$(load "$work/rendered.yaml")" \
  "could not determine a constructor for the tag 'tag:yaml.org,2002:value'"
[ "$failed" -eq 0 ]

#!/bin/sh
# Writes the keys beside it, each kind of PEM that openssl 3 has for them, and the public halves.
# The two that are encrypted are so with the password "secret".
set -eu
cd "$(dirname "$0")"

openssl genrsa -traditional -out rsa-pkcs1.pem 2048
openssl genpkey -algorithm RSA -out rsa-pkcs8.pem
openssl ecparam -name prime256v1 -genkey -noout -out ec-sec1.pem
openssl ecparam -name secp521r1 -genkey -out ec-sec1-with-parameters.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ec-pkcs8.pem
openssl genpkey -algorithm ED25519 -out ed25519-pkcs8.pem
for key in *-pkcs1.pem *-pkcs8.pem *-sec1*.pem; do
    openssl pkey -in "$key" -pubout -out "${key%.pem}.pub"
done

openssl rsa -in rsa-pkcs1.pem -traditional -aes128 -passout pass:secret -out rsa-pkcs1-encrypted.pem
openssl pkey -in ec-pkcs8.pem -aes256 -passout pass:secret -out ec-pkcs8-encrypted.pem

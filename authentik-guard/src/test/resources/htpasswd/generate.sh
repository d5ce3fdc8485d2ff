#!/bin/sh
# Writes the files beside it: one per format, by the programs that administrators use. Salts are
# random, so every run gives other files with the same users and passwords. Needs htpasswd of
# Apache 2.4 with -2 and -5, openssl, and a perl whose crypt is libxcrypt's (for $2a$ and $2b$).
#
# The users of every file and their passwords:
#   alice    correct horse
#   bob      with:colon
#   carol    Grüße €            (UTF-8)
#   dave     (the empty password)
#   erin     0123456789 eight times over (80 bytes: bcrypt reads 72 of them)
# except lengths.htpasswd, where <format>-<n> has the first n characters of 0123456789 repeated, and
# hand-edited.htpasswd, where a password is its user's name.
set -eu
cd "$(dirname "$0")"

users() {
    erin=$(printf '0123456789%.0s' 1 2 3 4 5 6 7 8)
    "$1" alice 'correct horse'
    "$1" bob 'with:colon'
    "$1" carol 'Grüße €'
    "$1" dave '' || true
    "$1" erin "$erin"
}

apache() { htpasswd -nb $options "$1" "$2" | grep :; }
# openssl 3.0 prints <NULL> for SHA-crypt of the empty password.
openssl_passwd() { printf '%s:%s\n' "$1" "$(openssl passwd $options "$2")" | grep -v '<NULL>'; }
# The setting of crypt(3): a prefix with the cost, and a random salt that ends in no stray bits.
perl_crypt() {
    salt=$(openssl rand -base64 48 | tr -dc 'A-Za-z0-9' | cut -c1-21)
    perl -e 'print "$ARGV[0]:", crypt($ARGV[1], $ARGV[2]), "\n"' "$1" "$2" "$options${salt}u"
}
ssha() {
    printf '%s:{SSHA}%s\n' "$1" \
        "$( (printf '%s' "$2pepper42" | openssl dgst -sha1 -binary; printf pepper42) | base64)"
}

options='-B -C 5'           users apache         > bcrypt-2y.htpasswd
options='$2a$05$'           users perl_crypt     > bcrypt-2a.htpasswd
options='$2b$04$'           users perl_crypt     > bcrypt-2b.htpasswd
options='-m'                users apache         > apr1.htpasswd
options='-apr1'             users openssl_passwd > apr1-openssl.htpasswd
options='-1'                users openssl_passwd > md5-crypt.htpasswd
options='-5'                users openssl_passwd > sha256-crypt.htpasswd
options='-2 -r 1234'        users apache         > sha256-crypt-rounds.htpasswd
options='-6'                users openssl_passwd > sha512-crypt.htpasswd
options='-5 -r 10000'       users apache         > sha512-crypt-rounds.htpasswd
options='-s'                users apache         > sha1.htpasswd
options=''                  users ssha           > ssha.htpasswd

# Too weak: refused.
options='-d'                users apache         > des-crypt.htpasswd 2> /dev/null
options='-p'                users apache         > plain.htpasswd 2> /dev/null

# Around the block sizes of the digests, with salts of every length.
for n in 1 2 7 8 9 15 16 17 31 32 33 55 56 57 63 64 65 111 112 127 128 129 191 192 255; do
    password=$(printf '0123456789%.0s' $(seq 26) | cut -c1-$n)
    salt=$(printf 'Salt+with/16.Ch~' | cut -c1-$((n % 16 + 1)))
    for format in 5 6 1 apr1; do
        printf '%s-%d:%s\n' $format $n "$(openssl passwd -$format -salt "$salt" "$password")"
    done
done > lengths.htpasswd

sha() { printf '{SHA}%s' "$(printf '%s' "$1" | openssl dgst -sha1 -binary | base64)"; }
{
    printf '\357\273\277# written by an editor of another system\r\n\r\n  \t\r\n'
    printf 'first:%s\r\n' "$(sha first)"
    printf 'commented:%s:Third Field: of any kind\r\n' "$(sha commented)"
    printf '  # indented:%s\r\n' "$(sha '  # indented')"
    printf 'no colon\r\n:%s\r\nempty:\r\n' "$(sha '')"
    printf 'locked:!%s\r\nlocked:%s\r\n' "$(sha locked)" "$(sha locked)"
    printf 'n\000ul:%s\r\n' "$(sha n)"
    printf 'latin-1-\344:%s\r\n' "$(sha latin-1)"
    printf 'first:%s\r\n' "$(sha second)"
    printf 'te#st:%s\n' "$(sha 'te#st')"
    printf 'no-newline:%s' "$(sha no-newline)"
} > hand-edited.htpasswd

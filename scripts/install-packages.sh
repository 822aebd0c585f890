#!/usr/bin/env bash
# Debian packages for one purpose: scripts/install-packages.sh {demo|test|bench|package}
# Installs what is missing when it may (root, or sudo without a password); otherwise says what to install and ends with 1.
set -euo pipefail
cd "$(dirname "$0")/.."

# The program: a C compiler for SQLite and the cryptography, the engine with its headers for reading.
demo=(build-essential pkg-config libtesseract-dev libleptonica-dev
      tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd curl ca-certificates python3)
# Real servers and foreign judges for the tests.
test=(postgresql python3-venv poppler-utils qpdf ghostscript libtiff-tools chromium fonts-dejavu-core util-linux openssl softhsm2 opensc
      golang-go golang-golang-x-mod-dev)
# The browser is driven through npm; another Node.js than Debian's will do as well.
command -v npm >/dev/null || test+=(nodejs npm)
bench=(ocrmypdf poppler-utils libtiff-tools openssl softhsm2)
# Typefaces of the made-up papers (bench/paper), and npm for those that Debian does not have.
bench+=(python3-venv fonts-liberation2 fonts-freefont-ttf fonts-texgyre fonts-lmodern fonts-crosextra-carlito fonts-sil-gentium fonts-dejavu-extra)
command -v npm >/dev/null || bench+=(nodejs npm)

# What makes a Debian package, and a clean Debian to try it in (scripts/try-package.sh).
package=(debhelper dpkg-dev debootstrap git)

case "${1:-}" in
  demo) wanted=("${demo[@]}") ;;
  test) wanted=("${demo[@]}" "${test[@]}") ;;
  bench) wanted=("${demo[@]}" "${bench[@]}") ;;
  package) wanted=("${demo[@]}" "${package[@]}") ;;
  *) echo "usage: $0 {demo|test|bench|package}" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

install_missing() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo --non-interactive)
    "${as_root[@]}" true 2>/dev/null || return 1
  fi
  echo "installing: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
}

if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "This is not Debian; install what these Debian packages hold: ${missing[*]}" >&2
    exit 1
  fi
  if ! install_missing; then
    echo "Packages are missing. As root, or with sudo:" >&2
    echo "  apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
fi

# Rust comes from its own installer: Debian's is too old.
least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
if ! command -v cargo >/dev/null; then
  echo "Rust is missing. Install it from https://rustup.rs, for example:" >&2
  echo "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\"" >&2
  exit 1
fi
found=$(rustc --version | cut -d' ' -f2)
if [ "$(printf '%s\n%s\n' "$least" "$found" | sort -V | head -n1)" != "$least" ]; then
  echo "Rust $found is too old; $least or newer is needed: rustup update stable" >&2
  exit 1
fi
if [ "$1" = test ]; then
  for tool in fmt clippy; do
    if ! cargo "$tool" --version >/dev/null 2>&1; then
      echo "cargo $tool is missing: rustup component add rustfmt clippy" >&2
      exit 1
    fi
  done
fi

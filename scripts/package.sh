#!/usr/bin/env bash
# The Debian package, in target/package/. Run through `make package`, which installs what is missing first.
# SOGOC_BINARY=… packs an executable built already; SOGOC_VERSION=… names the version, which otherwise is that of
# Cargo.toml with the instant of the newest commit, so that each package is newer than the one before.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${SOGOC_BINARY:-}
if [ -z "$binary" ]; then
  cargo build --release --locked --bin sogoc
  binary=${CARGO_TARGET_DIR:-target}/release/sogoc
fi
version=$(sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml)
if committed=$(git log -1 --format=%cd --date=format:%Y%m%d%H%M%S 2>/dev/null); then
  version=$version+$committed
fi
version=${SOGOC_VERSION:-$version}

out=$PWD/target/package
tree=$out/tree
rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/completions"
cp "$binary" "$tree/bin/sogoc"
"$tree/bin/sogoc" completions bash >"$tree/completions/sogoc"
cp -r packaging classes docs README.md CHANGELOG.md LICENSE-MIT "$tree"
mv "$tree/packaging/debian" "$tree/debian"
cat >"$tree/debian/changelog" <<CHANGES
sogoc ($version) unstable; urgency=medium

  * What changed for whoever runs it stands in the changelog of the project.

 -- $(sed -n 's/^Maintainer: //p' packaging/debian/control)  $(date --rfc-email)
CHANGES

cd "$tree"
dpkg-buildpackage --build=binary --no-sign >"$out/build.log" 2>&1 || { tail -n 40 "$out/build.log" >&2; exit 1; }
rm -rf "$tree"
find "$out" -name "sogoc_${version}_*.deb"

#!/usr/bin/env bash
# Builds packages/wasm/sbot.wasm. `--dev` builds it quickly and larger, for tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=wasm32-unknown-unknown
if ! rustup target list --installed 2>/dev/null | grep -qx "$target"; then
  if ! rustup target add "$target"; then
    echo "skipped: the target $target cannot be added here; \`rustup target add $target\` tells why" >&2
    exit 3
  fi
fi

profile=release
[ "${1:-}" = "--dev" ] && profile=dev
folder=$profile
[ "$profile" = dev ] && folder=debug

# A nested source needs a deeper stack than the linker gives by itself.
RUSTFLAGS="${RUSTFLAGS:-} -C link-arg=-zstack-size=16777216" \
  cargo build --quiet -p sbot-c --lib --target "$target" --profile "$profile"
cp "${CARGO_TARGET_DIR:-target}/$target/$folder/sbot.wasm" packages/wasm/sbot.wasm

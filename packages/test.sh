#!/usr/bin/env bash
# Builds the packages for JavaScript and Python and makes every call of the corpus through them. What a machine cannot
# build is said and left out: the target wasm32-unknown-unknown, Node.js, or Python with pip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"

if ! command -v node >/dev/null; then
  echo "JavaScript: skipped, there is no node" >&2
else
  built=0
  packages/wasm/build.sh --dev || built=$?
  case $built in
    0) export SBOT_WASM="$PWD/packages/wasm/sbot.wasm" ;;
    # The script has said why the target is not to be had.
    3) echo "JavaScript: skipped" >&2 ;;
    *) exit "$built" ;;
  esac
fi

venv="$CARGO_TARGET_DIR/python"
if ! command -v python3 >/dev/null; then
  echo "Python: skipped, there is no python3" >&2
elif ! python3 -m venv "$venv" || ! "$venv/bin/pip" install --quiet --disable-pip-version-check 'maturin>=1.9,<2'; then
  echo "Python: skipped, maturin cannot be installed" >&2
else
  rm -rf "$CARGO_TARGET_DIR/wheels"
  "$venv/bin/maturin" build --quiet --profile dev --manifest-path packages/python/Cargo.toml \
    --interpreter "$venv/bin/python" --out "$CARGO_TARGET_DIR/wheels"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --force-reinstall --no-deps "$CARGO_TARGET_DIR"/wheels/sbot-*.whl
  export SBOT_PYTHON="$venv/bin/python"
fi

cargo test --quiet -p sbot-tests --test packages -- --nocapture

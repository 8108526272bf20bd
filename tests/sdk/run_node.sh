#!/usr/bin/env bash
# Node's SDK and the Vercel AI SDK, with its loops of tools, against a server of ours that answers by itself.
#
#   tests/sdk/run_node.sh
#
# Needs node (20 or newer) and npm. The packages are those of tests/sdk/node/package-lock.json, kept in .node-sdk/.
set -euo pipefail
cd "$(dirname "$0")/../.."

KEPT=$PWD/.node-sdk

for program in node npm; do
  command -v "$program" >/dev/null || { echo "$program is missing: install Node.js 20 or newer, with npm."; exit 1; }
done
if [ ! -f "$KEPT/installed" ] || ! cmp -s tests/sdk/node/package-lock.json "$KEPT/package-lock.json"; then
  rm -rf "$KEPT"
  mkdir "$KEPT"
  cp tests/sdk/node/package*.json "$KEPT"
  npm ci --prefix "$KEPT" --silent --no-audit --no-fund --no-update-notifier
  touch "$KEPT/installed"
fi
cp tests/sdk/node/checks.mjs "$KEPT"  # a module looks for others from where it is
exec tests/sdk/with_server.sh node "$KEPT/checks.mjs"

#!/usr/bin/env bash
# Agent loops of frameworks that applications are made of, against a server of ours that answers by itself.
#
#   tests/sdk/run_agent_loops.sh
#
# The frameworks want other versions of what our tests need, so they are kept apart, in .agent-loops/.
set -euo pipefail
cd "$(dirname "$0")/../.."

PY=$PWD/.venv/bin/python
PINS=('openai-agents==0.24.0' 'langchain-openai==1.7.4')
KEPT=$PWD/.agent-loops/$(printf '%s_' "${PINS[@]}")

if [ ! -d "$KEPT" ]; then
  "$PY" -m pip install --quiet --disable-pip-version-check --target "$KEPT.part" "${PINS[@]}"
  mv "$KEPT.part" "$KEPT"
fi
export OPENAI_AGENTS_DISABLE_TRACING=1
exec tests/sdk/with_server.sh env PYTHONPATH="$KEPT" "$PY" tests/sdk/agent_loops.py

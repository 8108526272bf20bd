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
WORK=$(mktemp -d)
SERVER=
trap '[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || true; rm -rf "$WORK"' EXIT

if [ ! -d "$KEPT" ]; then
  "$PY" -m pip install --quiet --disable-pip-version-check --target "$KEPT.part" "${PINS[@]}"
  mv "$KEPT.part" "$KEPT"
fi
if [ -z "${OPENAI_BASE_URL:-}" ]; then
  PORT=$("$PY" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  export MOCKOPENAI_DATA_DIR=$WORK/data MOCKOPENAI_FALLBACK=auto
  "$PY" manage.py migrate -v 0
  "$PY" manage.py serve --port "$PORT" >"$WORK/server.log" 2>&1 &
  SERVER=$!
  export OPENAI_BASE_URL=http://127.0.0.1:$PORT/v1
  for _ in $(seq 100); do
    "$PY" -c "import urllib.request as u; u.urlopen('$OPENAI_BASE_URL/models')" 2>/dev/null && break
    kill -0 "$SERVER" 2>/dev/null || { cat "$WORK/server.log"; exit 1; }
    read -r -t 0.2 <> <(:) || true
  done
fi
export OPENAI_API_KEY=sk-mock-agents OPENAI_AGENTS_DISABLE_TRACING=1
PYTHONPATH=$KEPT "$PY" tests/sdk/agent_loops.py

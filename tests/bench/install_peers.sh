#!/bin/bash
# Installs the servers we compare ourselves with under .peers/ (ignored by git), at the versions named in peers/.
# Peers that are there already are left alone. Arguments: names of peers; none means all.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export PATH="$root/.venv/bin:$PATH"
# Peers with parts in C++ must be built for the very Node that runs them, whatever npm is set to.
node_home=$(node -p 'path.dirname(path.dirname(process.execPath))')
if [ -f "$node_home/include/node/node.h" ]; then export npm_config_nodedir="$node_home"; fi
[ $# -gt 0 ] || set -- hocuspocus y-websocket-server pycrdt

for peer in "$@"; do
  home="$root/.peers/$peer"
  mkdir -p "$home"
  cp "$here/peers/$peer"/* "$home/"
  if [ "$peer" = pycrdt ]; then
    [ -x "$home/venv/bin/python" ] || python -m venv "$home/venv"
    "$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$home/requirements.txt"
  elif [ ! -d "$home/node_modules" ]; then
    # --legacy-peer-deps: @y/protocols asks for a @y/y that has only pre-releases, so a plain install fails.
    # Hocuspocus is given a newer better-sqlite3 than it asks for: version 12 ends Node 24 at a garbage collection.
    (cd "$home" && npm install --legacy-peer-deps --no-package-lock --no-audit --no-fund --loglevel=error)
  fi
done

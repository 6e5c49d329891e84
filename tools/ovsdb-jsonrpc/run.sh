#!/bin/sh
# Installs what tries the client's package as others would use it (tools/ovsdb-jsonrpc/package.json), where it is not
# installed yet, then becomes the command that is given.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
installed=$tools/node_modules/.package-lock.json
if [ ! -e "$installed" ] || [ -n "$(find "$tools/package-lock.json" -newer "$installed")" ]; then
  echo 'client: installing publint, are-the-types-wrong, TypeDoc, Deno and Node.js 22 (npm ci)' >&2
  (cd "$tools" && npm ci --no-progress --loglevel=error >&2)
fi
exec "$@"

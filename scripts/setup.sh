#!/usr/bin/env bash
# Makes a fresh clone ready: dependencies, build, engine. Quick when nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
quiet=${1:-}
say() { [ "$quiet" = --quiet ] || printf 'setup: %s\n' "$*" >&2; }

stamp=node_modules/.setup-stamp
if ! cmp -s package-lock.json "$stamp"; then
  printf 'setup: installing dependencies\n' >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json "$stamp"
fi
# What is built already, as in a copy of a clone that was, needs no compiler.
is_native_built() {
  [ -x native/build/crac-native ] && [ -f native/build/addon.node ] &&
    [ -z "$(find native -name '*.[chS]' -newer native/build/crac-native -print -quit)" ]
}
if [ "$(uname -s)" = Linux ] && ! is_native_built && ! command -v "${CC:-cc}" >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    printf 'setup: installing a C compiler\n' >&2
    apt-get -o DPkg::Lock::Timeout=300 update -qq >&2 && apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends gcc libc6-dev >&2
  else
    printf 'setup: a C compiler is needed for the native part; install gcc and libc6-dev, then run this again\n' >&2
    exit 1
  fi
fi
# Rebuilt when a source is newer than what was built from it.
if [ ! -f dist/cli.js ] || [ -n "$(find src native scripts/build.mjs package.json -newer dist/cli.js \( -name '*.ts' -o -name '*.[ch]' -o -name '*.mjs' -o -name '*.json' \) -print -quit)" ]; then
  printf 'setup: building\n' >&2
  node scripts/build.mjs
fi
say 'built'
if [ "$(uname -s)" = Linux ]; then
  # Without it programs are run by the engine direct, where that is built; tests need both.
  if ! bin/crac engine install --if-needed >&2; then
    [ -f native/build/direct.so ] || exit 1
    printf 'setup: there is no CRIU; `crac run` takes the engine direct by itself\n' >&2
  fi
fi
say 'ready'

#!/usr/bin/env bash
# PostgreSQL, Elasticsearch and Neo4j together.
#   all.sh start|stop|kill|status|reset   all three at the same time
#   all.sh env                            lines for eval "$(test/engines/all.sh env)"; start prints them too
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

print_env() {
  local name url
  for name in postgres elasticsearch neo4j; do
    url=$("$here/$name.sh" url)
    printf 'export TEST_%s_URL=%q\n' "${name^^}" "$url"
  done
  [[ -z ${TEST_NEO4J_PASSWORD:-} ]] ||
    printf 'export TEST_NEO4J_USER=neo4j TEST_NEO4J_PASSWORD=%q\n' "$TEST_NEO4J_PASSWORD"
}

together() { # COMMAND ; status 1 when one fails
  local name pids=() p status=0
  for name in postgres elasticsearch neo4j; do
    "$here/$name.sh" "$1" & pids+=($!)
  done
  for p in "${pids[@]}"; do wait "$p" || status=1; done
  return "$status"
}

case ${1:-} in
start)
  status=0
  together start > /dev/null || status=1
  print_env
  exit "$status" ;;
stop | kill | reset) together "$1" ;;
status)
  status=0
  for name in postgres elasticsearch neo4j; do "$here/$name.sh" status || status=3; done
  exit "$status" ;;
env) print_env ;;
*) echo "usage: ${0##*/} start|stop|kill|status|reset|env" >&2; exit 2 ;;
esac

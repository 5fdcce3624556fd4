#!/usr/bin/env bash
# Neo4j 5 Community from its jars on Maven Central, Bolt only, on 127.0.0.1.
#   neo4j.sh start|stop|kill|status|url|reset|fetch
# Settings: TEST_NEO4J_PORT (17687), TEST_NEO4J_PASSWORD (empty = no authentication; else user neo4j, 8 characters or
#   more, settled at the first start), TEST_NEO4J_HEAP (512m), NEO4J_JAVA_HOME (Java 17 to 21)
set -euo pipefail
# shellcheck source=test/engines/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name=neo4j
port=${TEST_NEO4J_PORT:-17687}
password=${TEST_NEO4J_PASSWORD:-}
heap=${TEST_NEO4J_HEAP:-512m}
dir=$ENGINES_DIR/$name
lib=$dist/neo4j
pidfile=$dir/run/server.pid
mark=--home-dir=$dir
log=$dir/logs/console.log

make_url() { echo "bolt://127.0.0.1:$port"; }

fetch() {
  [[ -d $lib ]] && cmp -s "$here/neo4j/pom.xml" "$lib/.pom.xml" && return
  say 'downloading Neo4j (0.15 GB)'
  rm -rf "$lib.new"
  maven "$name" "$here/neo4j/pom.xml" "-DoutputDirectory=$lib.new" -DincludeScope=runtime \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies ||
    { rm -rf "$lib.new"; die 'download failed'; }
  cp "$here/neo4j/pom.xml" "$lib.new/.pom.xml"
  rm -rf "$lib"
  mv "$lib.new" "$lib"
}

launch() {
  local java auth=false i pid
  java=${NEO4J_JAVA_HOME:-$(find_java 17 21)} || die 'no Java 17 to 21: run test/engines/install.sh, or set NEO4J_JAVA_HOME'
  need_free_port "$port" TEST_NEO4J_PORT
  if [[ -n $password ]]; then
    auth=true
    (( ${#password} >= 8 )) || die 'TEST_NEO4J_PASSWORD needs 8 characters or more'
  fi
  own_dir "$dir" "$dir/conf" "$dir/data" "$dir/logs" "$dir/run"
  sed -e "s|@PORT@|$port|g" -e "s|@AUTH@|$auth|g" "$here/neo4j/neo4j.conf" > "$dir/conf/neo4j.conf"
  if [[ $auth == true && ! -d $dir/data/databases/system ]]; then # only possible before the first start
    as_user NEO4J_HOME="$dir" NEO4J_CONF="$dir/conf" "$java/bin/java" -Xmx128m -cp "$lib/*" \
      org.neo4j.cli.AdminTool dbms set-initial-password "$password" > "$dir/logs/password.log" 2>&1 ||
      { cat "$dir/logs/password.log" >&2; die 'the password was refused'; }
  fi
  rm -f "$log"
  # shellcheck disable=SC2016  # for the inner shell, which leaves its process number and turns into the server
  exec_as_user setsid sh -c 'echo $$ > "$1"; log=$2; shift 2; exec "$@" > "$log" 2>&1' sh "$pidfile" "$log" \
    "$java/bin/java" -Xms64m "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError \
    -Dfile.encoding=UTF-8 -Dlog4j2.disable.jmx=true -Dio.netty.tryReflectionSetAccessible=true \
    --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED \
    --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp "$lib/*" org.neo4j.server.CommunityEntryPoint \
    "--home-dir=$dir" "--config-dir=$dir/conf" --console-mode < /dev/null > /dev/null 2>&1 &
  pid=$!
  for ((i = 0; i < 1800; i++)); do
    ! grep -qs ' Started\.$' "$log" || return 0
    if gone "$pid"; then
      tail -n 20 "$log" >&2
      die "Neo4j did not start, see $dir/logs"
    fi
    sleep 0.1
  done
  die "Neo4j not started after 180 s, see $dir/logs"
}

soft_stop() { end_process "$1" TERM 60; }

main "$@"

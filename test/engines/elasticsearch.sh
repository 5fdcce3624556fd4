#!/usr/bin/env bash
# Elasticsearch 9 (basic), one node, HTTP without security on 127.0.0.1 only.
#   elasticsearch.sh start|stop|kill|status|url|reset|fetch|java    (java: which JDK would be taken)
# Settings: TEST_ELASTICSEARCH_PORT (19200; the node-to-node port is 100 higher), TEST_ELASTICSEARCH_HEAP (1g),
#   ES_JAVA_HOME (a full JDK 21 or newer; else the newest of .engines/jdk, JAVA_HOME and /usr/lib/jvm)
set -euo pipefail
# shellcheck source=test/engines/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name=elasticsearch
port=${TEST_ELASTICSEARCH_PORT:-19200}
heap=${TEST_ELASTICSEARCH_HEAP:-1g}
dir=$ENGINES_DIR/$name
home=$dist/elasticsearch
pidfile=$dir/run/server.pid
mark=-Djava.io.tmpdir=$dir/tmp

make_url() { echo "http://127.0.0.1:$port"; }

# a runtime without development tools (JRE) does not do: Elasticsearch names these modules as required
find_jdk() {
  if [[ -n ${ES_JAVA_HOME:-} ]]; then echo "$ES_JAVA_HOME"; else find_java 21 99 jdk.attach jdk.jdi jdk.jlink; fi
}

fetch() {
  [[ -d $home/lib ]] && cmp -s "$here/elasticsearch/pom.xml" "$home/.pom.xml" && return
  local new=$dist/elasticsearch.new
  say 'downloading Elasticsearch (0.95 GB, of which 0.2 GB stay)'
  rm -rf "$new"
  maven "$name" "$here/elasticsearch/pom.xml" "-Dengines.out=$new" generate-resources ||
    { rm -rf "$new"; die 'download failed'; }
  rm -rf "$home"
  mv "$new"/sonarqube-*/elasticsearch "$home"
  cp "$here/elasticsearch/pom.xml" "$home/.pom.xml"
  rm -rf "$new"
}

tell() { grep -vE '^[[:space:]]+(at |\.\.\. )|INFO' "$1" | tail -n 10 >&2 || true; }

launch() {
  local java
  java=$(find_jdk) ||
    die "no JDK 21 or newer: unpack one to $ENGINES_DIR/jdk, or set ES_JAVA_HOME (test/engines/README.md, Traps)"
  need_free_port "$port" TEST_ELASTICSEARCH_PORT
  need_free_port "$((port + 100))" TEST_ELASTICSEARCH_PORT
  own_dir "$dir" "$dir/conf" "$dir/conf/jvm.options.d" "$dir/data" "$dir/logs" "$dir/run" "$dir/tmp"
  rm -f "$pidfile"
  cp "$home/config/log4j2.properties" "$dir/conf/"
  # a small machine: the simplest collector, the quick compiler, no garbage collection log
  grep -vE '^(-XX:\+UseG1GC|-Xlog:gc|-XX:\+HeapDumpOnOutOfMemoryError)' "$home/config/jvm.options" > "$dir/conf/jvm.options"
  printf '%s\n' "-Xms$heap" "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 > "$dir/conf/jvm.options.d/test.options"
  sed -e "s|@PORT@|$port|g" -e "s|@TRANSPORT_PORT@|$((port + 100))|g" -e "s|@DIR@|$dir|g" \
    "$here/elasticsearch/elasticsearch.yml" > "$dir/conf/elasticsearch.yml"
  # the launcher prepares the node, waits until it is up, leaves it running (-d) and ends; it wants to stand in its home
  as_user env -C "$home" ES_HOME="$home" ES_PATH_CONF="$dir/conf" ES_TMPDIR="$dir/tmp" ES_DISTRIBUTION_TYPE=zip \
    ES_JAVA_HOME="$java" JAVA="$java/bin/java" JAVA_TYPE=ES_JAVA_HOME HOSTNAME="${HOSTNAME:-localhost}" \
    CLI_JAVA_OPTS='-Xms4m -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1' \
    setsid timeout 300 "$java/bin/java" -Xms4m -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -cp "$home/lib/tools/server-launcher/*" org.elasticsearch.server.launcher.ServerLauncher -d -p "$pidfile" \
    < /dev/null > "$dir/logs/console.log" 2>&1 ||
    { tell "$dir/logs/console.log"; die "Elasticsearch did not start, see $dir/logs"; }
  local i health
  for ((i = 0; i < 120; i++)); do
    alive "$pidfile" "$mark" || { tell "$dir/logs/test-engines.log"; die "Elasticsearch ended, see $dir/logs"; }
    health=$(curl -s --noproxy '*' -m 5 "http://127.0.0.1:$port/_cluster/health?filter_path=status") || true
    [[ $health != *yellow* && $health != *green* ]] || return 0
    sleep 0.5
  done
  die "Elasticsearch is up but not ready: ${health:-no answer}"
}

soft_stop() { end_process "$1" TERM 60; }

if [[ ${1:-} == java ]]; then find_jdk; else main "$@"; fi

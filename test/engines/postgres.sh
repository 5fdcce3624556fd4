#!/usr/bin/env bash
# PostgreSQL from the distribution's packages, a cluster of its own, TCP on 127.0.0.1 only.
#   postgres.sh start|stop|kill|status|url|reset
# Settings: TEST_POSTGRES_PORT (15432), TEST_POSTGRES_PASSWORD (postgres), TEST_POSTGRES_DB (dataos_test),
#   PG_BIN (folder of initdb and pg_ctl)
set -euo pipefail
# shellcheck source=test/engines/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name=postgres
port=${TEST_POSTGRES_PORT:-15432}
password=${TEST_POSTGRES_PASSWORD:-postgres}
database=${TEST_POSTGRES_DB:-dataos_test}
dir=$ENGINES_DIR/$name
data=$dir/data
log=$dir/postgres.log
pidfile=$data/postmaster.pid
mark=$data

make_url() { echo "postgres://postgres:$(urlencode "$password")@127.0.0.1:$port/$database"; }

fetch() {
  bin=${PG_BIN:-}
  if [[ -z $bin ]]; then
    for bin in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
      [[ ! -x $bin/initdb ]] || break
    done
  fi
  [[ -x $bin/initdb ]] || die 'the PostgreSQL server is missing: run test/engines/install.sh, or set PG_BIN'
}

create_cluster() {
  own_dir "$dir"
  rm -rf "$data.new"
  (umask 077 && printf '%s\n' "$password" > "$dir/password")
  [[ ${#run_as[@]} == 0 ]] || chown "$uid" "$dir/password"
  as_user "$bin/initdb" -D "$data.new" -U postgres --pwfile="$dir/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync > "$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die 'initdb failed'; }
  rm -f "$dir/password"
  echo "include 'test.conf'" >> "$data.new/postgresql.conf"
  mv "$data.new" "$data"
}

sql() { # DATABASE STATEMENT
  as_user PGPASSWORD="$password" PGCONNECT_TIMEOUT=10 "$bin/psql" -X -At -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$port" -U postgres -d "$1" -c "$2" < /dev/null
}

# After a crash: the next server wants all processes of the last one gone. An ended one that nobody collects (no real
# init, as in some sandboxes) would look alive to it for ever, so the lock file goes, which is safe once no process is left.
clear_crash() {
  local i p pid busy=
  [[ -e $pidfile ]] || return 0
  pid=$(head -n 1 "$pidfile")
  for ((i = 0; i < 100; i++)); do
    busy=
    for p in /proc/[0-9]*/cwd; do
      [[ $(readlink "$p" 2> /dev/null) != "$data" ]] || busy=${p//[!0-9]/}
    done
    [[ -n $busy || -d /proc/$pid && $i -lt 20 ]] || break
    sleep 0.1
  done
  [[ -z $busy ]] || die "process $busy still works in $data"
  [[ ! -d /proc/$pid ]] || rm -f "$pidfile"
}

launch() {
  need_free_port "$port" TEST_POSTGRES_PORT
  [[ -s $data/PG_VERSION ]] || create_cluster
  clear_crash
  cat > "$data/test.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
CONF
  as_user "$bin/pg_ctl" -D "$data" -l "$log" -w -t 120 start < /dev/null > "$dir/pg_ctl.log" 2>&1 ||
    { tail -n 20 "$log" "$dir/pg_ctl.log" >&2; die 'PostgreSQL did not start'; }
  local found
  found=$(sql postgres "select 1 from pg_database where datname = '$database'") || {
    soft_stop "$(head -n 1 "$pidfile")"
    die 'stopped again: this cluster was made with another password; use that one, or throw the data away with reset'
  }
  [[ -n $found ]] || sql postgres "create database \"$database\"" > /dev/null
}

soft_stop() { end_process "$1" INT 60; } # "fast" shutdown: open sessions are cut, nothing is lost

main "$@"

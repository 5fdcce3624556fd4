# shellcheck shell=bash disable=SC2154  # name, pidfile and mark come from the script that sources this
# Common ground of the engine scripts. Source it after `set -euo pipefail`.
# Provides: ENGINES_DIR (settled), run_as (command prefix of the account the engines run under) and helpers.
umask 022
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repo=$(cd "$here/../.." && pwd -P)

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

# --- account: every engine refuses or should not run as root ------------------------------------------------------
run_as=()
if [[ $(id -u) == 0 ]]; then
  ENGINES_USER=${ENGINES_USER:-nobody}
  uid=$(id -u "$ENGINES_USER") || die "no account $ENGINES_USER: set ENGINES_USER to an unprivileged one"
  [[ $uid != 0 ]] || die 'ENGINES_USER must not be root'
  run_as=(setpriv "--reuid=$uid" "--regid=$(id -g "$ENGINES_USER")" --clear-groups --)
fi

# --- place: a folder we may write to and the account can reach ----------------------------------------------------
reachable() {
  mkdir -p "$1" 2>/dev/null && [[ -w $1 ]] && (cd / && ${run_as[@]+"${run_as[@]}"} test -x "$1")
}

settle_dir() {
  if [[ -n ${ENGINES_DIR:-} ]]; then
    reachable "$ENGINES_DIR" ||
      die "ENGINES_DIR=$ENGINES_DIR: not writable, or account ${ENGINES_USER:-$(id -un)} may not pass its parent folders"
    ENGINES_DIR=$(cd "$ENGINES_DIR" && pwd -P)
    return
  fi
  ENGINES_DIR=$repo/.engines
  reachable "$ENGINES_DIR" && return
  rmdir "$ENGINES_DIR" 2>/dev/null || true
  # a repository below a closed folder such as a home: one steady place per user and checkout
  local base name
  name=engines-$(id -u)-$(printf %s "$repo" | cksum | cut -d' ' -f1)
  for base in /var/tmp "${TMPDIR:-/tmp}"; do
    ENGINES_DIR=$base/$name
    [[ -d $ENGINES_DIR ]] || say "$repo/.engines cannot be used here, taking $ENGINES_DIR"
    reachable "$ENGINES_DIR" && [[ -O $ENGINES_DIR && ! -L $ENGINES_DIR ]] && return
  done
  die 'no usable folder for engine files: set ENGINES_DIR'
}
settle_dir
[[ -e $ENGINES_DIR/.gitignore ]] || echo '*' > "$ENGINES_DIR/.gitignore"
dist=$ENGINES_DIR/dist
mkdir -p "$dist"

# own_dir DIR... : create folders that belong to the account the engines run under
own_dir() {
  mkdir -p "$@"
  [[ ${#run_as[@]} == 0 ]] || chown "$uid:$(id -g "$ENGINES_USER")" "$@"
}

# exec_as_user COMMAND... : become it, under that account, free of Java and PostgreSQL variables of the caller
exec_as_user() {
  cd "$ENGINES_DIR" || exit 1
  exec ${run_as[@]+"${run_as[@]}"} env -u JAVA_TOOL_OPTIONS -u _JAVA_OPTIONS -u JDK_JAVA_OPTIONS -u JAVA_HOME \
    -u CLASSPATH -u PGSERVICE -u PGOPTIONS -u PGSSLMODE HOME="$ENGINES_DIR" "$@" 9>&-
}
as_user() { (exec_as_user "$@"); }

# lock NAME : one start, stop or download of an engine at a time (descriptor 9 is closed for the engines)
lock() {
  exec 9> "$ENGINES_DIR/$1.lock"
  flock -n 9 || { say "waiting for another $1 command"; flock -w 1200 9 || die "$ENGINES_DIR/$1.lock is held too long"; }
}

# --- processes ----------------------------------------------------------------------------------------------------
# gone PID : true when it ended, a zombie nobody collects included
gone() {
  local stat
  { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 0
  [[ ${stat##*) } == [ZX]* ]]
}

# alive PIDFILE MARK : the recorded process lives and its command line holds MARK (numbers are used again after a reboot)
alive() {
  local pid line
  { read -r pid < "$1"; } 2>/dev/null || [[ -n ${pid:-} ]] || return 1
  [[ $pid =~ ^[0-9]+$ ]] && ! gone "$pid" || return 1
  line=$({ tr '\0' ' ' < "/proc/$pid/cmdline"; } 2>/dev/null) || return 1
  [[ $line == *"$2"* ]]
}

# end_process PID SIGNAL SECONDS
end_process() {
  kill "-$2" "$1" 2>/dev/null || true
  local i
  for ((i = 0; i < $3 * 20; i++)); do
    gone "$1" && return
    sleep 0.05
  done
  die "process $1 still there $3 s after SIG$2"
}

# crash PID : end it and its children at once, none gets a chance to tidy up
crash() {
  local f stat fields all=("$1") p
  kill -STOP "$1" 2>/dev/null || return 0
  for f in /proc/[0-9]*/stat; do
    { read -r stat < "$f"; } 2>/dev/null || continue
    read -ra fields <<< "${stat##*) }"
    [[ ${fields[1]} != "$1" ]] || all+=("${f//[!0-9]/}")
  done
  kill -KILL "${all[@]}" 2>/dev/null || true
  for p in "${all[@]}"; do end_process "$p" KILL 10; done
}

port_taken() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
need_free_port() { ! port_taken "$1" || die "port $1 is taken by another program: set $2"; }

# --- Java ---------------------------------------------------------------------------------------------------------
java_major() {
  local v
  v=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) && [[ -n $v ]] && echo "$v"
}

# find_java MIN MAX [MODULE...] : the home of the highest Java between MIN and MAX that has all the modules
find_java() {
  local min=$1 max=$2 home v module modules best=0 found=
  shift 2
  for home in "$ENGINES_DIR/jdk" ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/*; do
    v=$(java_major "$home") || continue
    (( v >= min && v <= max && v > best )) || continue
    modules=$(as_user "$home/bin/java" --list-modules 2> /dev/null) || continue
    for module in "$@"; do [[ $modules == *"$module@"* ]] || continue 2; done
    best=$v
    found=$home
  done
  [[ -n $found ]] && echo "$found"
}

# --- downloads ----------------------------------------------------------------------------------------------------
# maven NAME POM S... : with a local repository of its own, thrown away afterwards (the downloads are big)
maven() {
  local name=$1 pom=$2 status=0
  shift 2
  command -v mvn > /dev/null || die 'Maven is missing: run test/engines/install.sh'
  mvn -B -ntp -q -f "$pom" "-Dmaven.repo.local=$ENGINES_DIR/m2-$name" -Dmaven.artifact.threads=8 "$@" 9>&- 2>&1 |
    sed 's/\x1b\[[0-9;]*m//g; /^$/d' >&2 || status=$?
  rm -rf "$ENGINES_DIR/m2-$name"
  return "$status"
}

# --- addresses ----------------------------------------------------------------------------------------------------
urlencode() {
  local LC_ALL=C s=$1 out='' c i
  for ((i = 0; i < ${#s}; i++)); do
    c=${s:i:1}
    case $c in
    [A-Za-z0-9._~-]) ;;
    *) printf -v c %d "'$c"; printf -v c %%%02X $((c & 255)) ;;
    esac
    out+=$c
  done
  printf %s "$out"
}

# main COMMAND : what all three scripts share. They define: name, pidfile, mark, make_url, launch, soft_stop, fetch.
main() {
  local url_file=$ENGINES_DIR/$name.url begin=$SECONDS
  running() { alive "$pidfile" "$mark"; }
  url() { if running && [[ -s $url_file ]]; then cat "$url_file"; else make_url; fi; }
  case ${1:-} in
  start)
    lock "$name"
    if running; then
      [[ $(url) == "$(make_url)" ]] || say 'already running with other settings, left as it is'
    else
      fetch
      begin=$SECONDS
      launch
      make_url > "$url_file"
      say "started in $((SECONDS - begin)) s"
    fi
    url ;;
  stop)
    lock "$name"
    running || { say 'not running'; return; }
    soft_stop "$(head -n 1 "$pidfile")"
    say 'stopped' ;;
  kill)
    lock "$name"
    running || { say 'not running'; return; }
    crash "$(head -n 1 "$pidfile")"
    say 'killed' ;;
  reset)
    lock "$name"
    ! running || crash "$(head -n 1 "$pidfile")"
    rm -rf "${ENGINES_DIR:?}/$name" "$url_file"
    say 'stopped, data thrown away' ;;
  status)
    running || { echo "$name: not running"; return 3; }
    echo "$name: running, process $(head -n 1 "$pidfile"), $(url)" ;;
  url) url ;;
  fetch) lock "$name"; fetch ;;
  *) echo "usage: ${0##*/} start|stop|kill|status|url|reset|fetch" >&2; exit 2 ;;
  esac
}

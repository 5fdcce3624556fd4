#!/usr/bin/env bash
# Brings a Debian machine to the point where all engines start. Repeat it at will, it only adds what is missing.
#   install.sh            packages and downloads
#   install.sh packages   only the Debian packages (needs root)
#   install.sh downloads  only Elasticsearch and Neo4j (needs no root)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
export DEBIAN_FRONTEND=noninteractive
missing=()

find_missing() {
  missing=()
  compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null || [[ -n ${PG_BIN:-} ]] || missing+=(postgresql)
  command -v java > /dev/null || missing+=(default-jre-headless)
  command -v mvn > /dev/null || missing+=(maven)
  command -v curl > /dev/null || missing+=(curl)
  command -v setpriv > /dev/null && command -v flock > /dev/null || missing+=(util-linux)
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
}

apt_install() {
  local apt=(apt-get -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600) fresh=yes p
  for p in "$@"; do
    apt-cache show --no-all-versions "$p" > /dev/null 2>&1 || fresh=no
  done
  if [[ $fresh == yes ]] && "${apt[@]}" -qq -y --no-install-recommends install "$@" >&2; then return; fi
  "${apt[@]}" -qq update >&2 # no package lists yet, or they name files that are gone
  "${apt[@]}" -qq -y --no-install-recommends install "$@" >&2
}

packages() {
  find_missing
  [[ ${#missing[@]} != 0 ]] || { echo 'packages: all there' >&2; return 0; }
  command -v apt-get > /dev/null || { echo "no apt-get here; provide these by other means: ${missing[*]}" >&2; exit 1; }
  if [[ $(id -u) != 0 ]]; then
    printf '%s\n' "Missing Debian packages: ${missing[*]}" \
      'They need root. Have an administrator run one of these once, then repeat this command:' \
      "  sudo ${BASH_SOURCE[0]} packages" \
      "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  echo "packages: installing ${missing[*]}" >&2
  if [[ " ${missing[*]} " == *' postgresql '* ]]; then
    # the package would set up and start a server on port 5432, which nobody here wants
    apt_install postgresql-common
    local conf=/etc/postgresql-common/createcluster.conf
    sed -i -E '/^[#[:space:]]*create_main_cluster[[:space:]]*=/d' "$conf"
    echo 'create_main_cluster = false' >> "$conf"
  fi
  apt_install "${missing[@]}"
  find_missing
  [[ ${#missing[@]} == 0 ]] || { echo "still missing: ${missing[*]}" >&2; exit 1; }
}

# Elasticsearch needs a JDK 21 or newer. Debian 12 stops at 17; newer releases and some extra package sources have one.
jdk() {
  if "$here/elasticsearch.sh" java > /dev/null; then return; fi
  local p
  if [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null; then
    for p in openjdk-25-jdk-headless openjdk-21-jdk-headless temurin-25-jdk temurin-21-jdk; do
      [[ $(apt-cache policy "$p" 2> /dev/null) == *'Candidate: '[0-9]* ]] || continue
      echo "packages: installing $p" >&2
      apt_install "$p" && "$here/elasticsearch.sh" java > /dev/null && return
    done
  fi
  printf '%s\n' 'No JDK 21 or newer for Elasticsearch, and no package source here offers one (everything else works without).' \
    "Unpack a JDK (not a JRE), for example Temurin, to .engines/jdk or anywhere and set ES_JAVA_HOME to it." >&2
  return 1
}

downloads() {
  local pids=() p status=0
  "$here/elasticsearch.sh" fetch & pids+=($!)
  "$here/neo4j.sh" fetch & pids+=($!)
  for p in "${pids[@]}"; do wait "$p" || status=1; done
  [[ $status == 0 ]] && echo 'downloads: all there' >&2
  return "$status"
}

case ${1:-all} in
all)
  packages
  downloads
  jdk ;;
packages)
  packages
  jdk ;;
downloads) downloads ;;
*) echo "usage: ${0##*/} [packages|downloads]" >&2; exit 2 ;;
esac

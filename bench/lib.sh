# What the benchmark's scripts share: where things are, and a PostgreSQL cluster to throw away.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
# Databases, servers' logs and results; may be deleted at any time when nothing runs.
place=${BENCH_DIR:-/var/tmp/vinculo-bench}
# Below 32768: above that Linux takes ports for connections that go out.
port=${BENCH_PORT:-29391}

say() { printf 'bench: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# PostgreSQL refuses to run as root; Debian puts its programs outside PATH.
as_postgres() {
    if [ "$(id -u)" != 0 ]; then "$@"; else (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@"); fi
}
postgres_bin() {
    local bin
    bin=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || bin=$(command -v initdb) ||
        die "PostgreSQL is missing; run scripts/install-test-tools"
    dirname "$bin"
}

# Everything in memory, no plan compiled, no helper that wakes up in the middle of a window, and
# one process for one statement: CPU time then means the statements that were sent. Durability is
# off because the data is thrown away; the same for everybody.
cluster_settings=(
    listen_addresses=127.0.0.1 unix_socket_directories= max_connections=100
    shared_buffers=2GB effective_cache_size=8GB work_mem=32MB maintenance_work_mem=512MB random_page_cost=1.1
    jit=off max_parallel_workers_per_gather=0 autovacuum=off
    fsync=off synchronous_commit=off full_page_writes=off max_wal_size=8GB checkpoint_timeout=1h
)

cluster_start() {
    local bin setting options=""
    bin=$(postgres_bin)
    mkdir -p "$place/pg"
    if [ "$(id -u)" = 0 ]; then chmod 711 "$place"; chown postgres "$place/pg"; fi
    if [ ! -e "$place/pg/data/PG_VERSION" ]; then
        as_postgres "$bin/initdb" --pgdata="$place/pg/data" --username=vinculo --auth=trust \
            --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$place/initdb.log"
    fi
    for setting in "${cluster_settings[@]}" "port=$port"; do options+=" -c $setting"; done
    as_postgres "$bin/pg_ctl" start -w -s -D "$place/pg/data" -l "$place/pg/log" -o "$options"
    trap cluster_stop EXIT
}
cluster_stop() { as_postgres "$(postgres_bin)/pg_ctl" stop -w -s -m fast -D "$place/pg/data" || true; }
postmaster() { as_postgres head -n 1 "$place/pg/data/postmaster.pid"; }

# Builds the programs of the workspace with a profile: `build dist vinculo ceiling runner`.
build() {
    local profile=$1 program programs_wanted=(); shift
    for program in "$@"; do programs_wanted+=(--bin "$program"); done
    say "builds (profile $profile)"
    (cd "$root" && cargo build --quiet --profile "$profile" --locked --workspace "${programs_wanted[@]}")
    programs=$target/$profile
}

# Fills an empty database with a generated network: `network URL --organizations 53000 --scale 1`.
network() {
    local VINCULO_DATABASE_URL=$1; shift
    export VINCULO_DATABASE_URL
    say "a network: $*"
    "$programs/vinculo" --data-dir "$place/data" migrate up >&2
    "$programs/vinculo" --data-dir "$place/data" generate --seed 7 "$@" >&2
}
# The same on the cluster, if it is not there: `network_on_postgres NAME --organizations …`.
network_on_postgres() {
    local database=$1; shift
    if has_database "$database"; then return; fi
    # Half a network is no network: it has its name when it is whole.
    sql postgres -c "drop database if exists ${database}_new" -c "create database ${database}_new"
    network "$(url "${database}_new")" "$@"
    sql "${database}_new" -c "vacuum analyze"
    sql postgres -c "alter database ${database}_new rename to $database"
}

# The program that measures, on a database.
runner() {
    local database=$1; shift
    "$programs/runner" --programs "$programs" --documents "$root/bench" --place "$place" \
        --psql "$(postgres_bin)/psql" --postmaster "$(postmaster)" --database "$(url "$database")" \
        --port "$((port + 9))" "$@"
}

url() { echo "postgres://vinculo@127.0.0.1:$port/$1"; }
sql() { local database=$1; shift; PGOPTIONS='-c client_min_messages=warning' "$(postgres_bin)/psql" -X -q -v ON_ERROR_STOP=1 "$(url "$database")" "$@"; }
has_database() { [ "$(sql postgres -Atc "select 1 from pg_database where datname = '$1'")" = 1 ]; }

# A network on the embedded database of a folder, which is made new, and who holds which role in it:
# `network_on_sqlite FOLDER`.
network_on_sqlite() {
    say "a network"
    rm -rf "$1"
    mkdir -p "$1"
    in_folder "$1" migrate up >&2
    in_folder "$1" generate --seed 7 --organizations 53000 --scale 1 --until "$(date -u -d yesterday +%F)" >"$1/made"
    mv "$1/made" "$1/people"
}
# Vínculo on that database, under the address at which it will be known: `in_folder FOLDER VERB…`.
in_folder() {
    local folder=$1; shift
    VINCULO_PUBLIC_URL=$at VINCULO_DATABASE_URL="sqlite://$folder/vinculo.db" "$programs/vinculo" --data-dir "$folder/data" "$@"
}
at=http://127.0.0.1:$((port + 8))
# A token for whoever holds a role there: `sign FOLDER ROLE`.
sign() {
    local signs
    read -ra signs < <(grep -m 1 -- "--role $2" "$1/people" | cut -d ' ' -f 2-)
    in_folder "$1" "${signs[@]}" | grep -o 'ey[A-Za-z0-9_.-]*' | tail -n 1
}
# The largest chamber there.
chamber() { grep -- '--role CHAMBER_ADMIN' "$1/people" | grep -o 'org_[0-9a-f]*'; }
# Serves it `at` that address until the script ends; the process is `server`.
serve() {
    # Not by `in_folder`: `server` would be a shell.
    VINCULO_PUBLIC_URL=$at VINCULO_DATABASE_URL="sqlite://$1/vinculo.db" VINCULO_LISTEN=${at#http://} \
        VINCULO_LIMITS_POINTS=1000000000 "$programs/vinculo" --data-dir "$1/data" serve >"$1/log" 2>&1 &
    server=$!
    trap 'kill "$server"; wait "$server" || true' EXIT
    for _ in $(seq 300); do
        if curl -sf "$at/health/ready" >/dev/null; then return; fi
        kill -0 "$server" || die "the service did not start: $1/log"
        sleep 0.2
    done
    die "the service is not ready: $1/log"
}

# A folder for one run of the tests and, where PostgreSQL is installed, a cluster
# in it. Says where they are, and takes both away when its standard input ends:
# that is, when the tests end, however they end.
set -eu
trap '' INT TERM HUP PIPE

# In memory where there is room: a database for each test is many small files.
room=$(df -kP /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -w /dev/shm ] && [ "${room:-0}" -gt 1000000 ]; then place=/dev/shm; else place=${TMPDIR:-/tmp}; fi
dir=$(mktemp -d "$place/vinculo.XXXXXX")
cd "$dir"
exec 2>"$dir/log"
echo "$dir"

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" != 0 ]; then "$@"
    elif command -v setpriv >/dev/null; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"
    elif command -v runuser >/dev/null; then runuser -u postgres -- "$@"
    else su postgres -s /bin/sh -c 'exec "$0" "$@"' -- "$@"
    fi
}

# Debian puts the programs outside PATH, one folder for each version.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb || echo none/initdb)")

start() {
    [ -x "$bin/initdb" ] || { echo "there is no initdb in /usr/lib/postgresql or PATH"; return; }
    mkdir -m 700 "$dir/pg"
    if [ "$(id -u)" = 0 ]; then chmod 711 "$dir"; chown postgres "$dir/pg"; fi
    # A language's own order where it can be had: lists must not depend on it.
    for locale in "--locale-provider=icu --icu-locale=es-MX" ""; do
        as_postgres rm -rf "$dir/pg/data"
        # shellcheck disable=SC2086
        as_postgres "$bin/initdb" --pgdata="$dir/pg/data" --username=vinculo --auth=trust \
            --encoding=UTF8 --locale=C $locale --no-sync --no-instructions >&2 && break
    done
    serve
    echo "postgres $bin"
}

serve() {
    as_postgres "$bin/pg_ctl" start -w -s -D "$dir/pg/data" -l "$dir/pg/log" -o "\
        -c listen_addresses= -c unix_socket_directories=$dir/pg -c max_connections=400 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off" >&2
}

# As if it had been killed: nothing is put in order.
fall() { as_postgres "$bin/pg_ctl" stop -s -m immediate -D "$dir/pg/data" >&2; }

start || echo "it did not start: $(tail -n 3 "$dir/log" | tr '\n' ' ')" || true
# Until the tests end. Those that have a house of their own may take the server away and bring it back.
while read -r word; do
    case "$word" in fall) fall ;; serve) serve ;; esac && echo "$word" || echo "$word: failed"
done
[ ! -f "$dir/pg/data/postmaster.pid" ] || fall || true
cd /
rm -rf "$dir"

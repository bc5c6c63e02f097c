/** What prepares PostgreSQL before it serves: run to its end at every start of the pod, by the image's own programs. */

/**
 * Takes PGDATA, CREDENTIALS (folder of the passwords) and SETTINGS (folder of this script and the SQL) from its
 * environment, and nothing from anywhere else. May be killed at any moment: run again, it ends in the same state.
 */
export const SETUP_SCRIPT = String.raw`#!/bin/bash
set -euo pipefail
umask 077
trap 'exit 143' INT TERM

if [[ ! -e $PGDATA/PG_VERSION ]]; then
  # Made aside and renamed when it is whole: nobody could tell a half-made one from a whole one.
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=postgres --pwfile="$CREDENTIALS/admin-password" \
    --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  mv --no-target-directory "$PGDATA.new" "$PGDATA"
  # Else a power failure could bring the old name back, with data below it.
  sync "$(dirname "$PGDATA")"
fi
# A volume whose group was set by the kubelet is too open for the server.
chmod 700 "$PGDATA"

# A server for us alone: no port, and a socket in a folder that nobody else may enter.
private=$(mktemp -d)
echo 'local all postgres trust' >"$private/pg_hba.conf"
postgres -c listen_addresses= -c unix_socket_directories="$private" -c hba_file="$private/pg_hba.conf" &
server=$!
stop() {
  kill -INT "$server" 2>/dev/null || true
  wait "$server" || true
  rm -rf "$private"
}
trap stop EXIT
until pg_isready --quiet --host="$private" --username=postgres --dbname=postgres; do
  kill -0 "$server" || { echo 'PostgreSQL did not start; its own words stand above' >&2; exit 1; }
  sleep 0.1
done

psql --no-psqlrc --quiet --output=/dev/null --host="$private" --username=postgres --dbname=postgres \
  --set=ON_ERROR_STOP=1 --set=VERBOSITY=terse --set=credentials="$CREDENTIALS" --file="$SETTINGS/databases.sql"
`

/** Who may connect while it serves: by TCP with a password; by the socket only the administrator inside the pod. */
export const HOST_BASED_ACCESS = `local all postgres peer
host all all all scram-sha-256
`

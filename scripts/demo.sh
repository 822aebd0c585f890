#!/usr/bin/env bash
# The main job on the sample scans: build, serve, deliver, read, check, find, issue, verify; then keep serving.
# ONCE=1 ends after the copy is verified; the exit status tells the truth. PORT=8480 chooses the port.
# SOGOC=… is an executable built already; DATA=… a folder of your own, which must hold no archive yet.
set -euo pipefail
cd "$(dirname "$0")/.."

data=${DATA:-data/demo}
sogoc=${SOGOC:-${CARGO_TARGET_DIR:-target}/debug/sogoc}
server=""

say() { printf '\n\033[1m== %s\033[0m\n' "$1"; }

stop_serving() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
}
trap stop_serving EXIT
trap 'exit 130' INT TERM

if [ -z "${SOGOC:-}" ]; then
  say "Building (the first time takes about 15 minutes on two cores, later a moment)"
  cargo build --locked --bin sogoc
fi

say "A fresh archive in $data"
[ -n "${DATA:-}" ] || rm -rf "$data" # what an earlier demo left there
mkdir -p "$data"
password() { python3 -c 'import secrets; print("-".join(secrets.token_hex(2) for _ in range(4)))'; }
clerk_password=$(password)
approver_password=$(password)
admin_password=$(password)
person() { # login, password, name, roles…
  local login=$1 secret=$2 name=$3
  shift 3
  printf '%s\n' "$secret" | "$sogoc" --data "$data" user add "$login" --name "$name" "${@/#/--role=}"
}
person chuyenvien "$clerk_password" "Lê Thị Thu Hà (chuyên viên mẫu)" archivist reviewer
person lanhdao "$approver_password" "Nguyễn Quang Vinh (lãnh đạo mẫu)" approver
person quantri "$admin_password" "Quản trị viên (mẫu)" administrator auditor
delivery_token=$("$sogoc" --data "$data" user token demo-giao-nop --role archivist)
portal_token=$("$sogoc" --data "$data" user token demo-cong-dich-vu --role portal)

say "Serving"
free_port() { # the wished one when it is free, any other when not
  python3 - "${PORT:-8480}" <<'PYTHON'
import socket, sys
for port in (int(sys.argv[1]), 0):
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(door.getsockname()[1])
        break
PYTHON
}
port=$(free_port)
url="http://127.0.0.1:$port"
"$sogoc" --data "$data" serve --listen "127.0.0.1:$port" >"$data/serve.log" 2>&1 &
server=$!
for _ in $(seq 150); do
  curl --silent --fail --output /dev/null "$url/readyz" && break
  kill -0 "$server" 2>/dev/null || { cat "$data/serve.log" >&2; exit 1; }
  sleep 0.2
done
curl --silent --fail --output /dev/null "$url/readyz" || { cat "$data/serve.log" >&2; exit 1; }
echo "$url answers"

say "Delivering samples/scans (sixteen files: one is a duplicate, one is broken on purpose)"
status=0
"$sogoc" deliver samples/scans --batch "Đợt mẫu" --server "$url" --token "$delivery_token" \
  --receipt "$data/receipt.json" --close --wait || status=$?
# 3 says: everything came, and what cannot be read is quarantined. Here that is the broken sample.
[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || exit "$status"

CLERK_PASSWORD=$clerk_password APPROVER_PASSWORD=$approver_password PORTAL_TOKEN=$portal_token \
  python3 scripts/demo_story.py "$url" "$data"

say "Verifying the copy offline, as whoever receives it would"
"$sogoc" --data "$data" verify "$data/ban-sao.pdf"

say "Done"
cat <<WORDS
Look:      $url          (the desk, search, copies; $url/api for the API)
The copy:  $data/ban-sao.pdf
Sign in:   chuyenvien / $clerk_password    checks records, confirms copies
           lanhdao    / $approver_password    approves, seals
           quantri    / $admin_password    people, log, custody
WORDS

if [ "${ONCE:-}" = 1 ]; then
  exit 0
fi
echo
echo "Serving until Ctrl-C …"
wait "$server"

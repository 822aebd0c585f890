#!/usr/bin/env bash
# The package in a clean Debian that was booted: install, deliver, stop, upgrade, remove, install again, purge, and the
# examples before real nginx, Caddy and Prometheus. As root, with two packages of `make package`, the older one first:
#   scripts/try-package.sh OLD.deb NEW.deb
# ROOT=… is an empty folder on a disk with 2 GB free, removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# = 2 ] && [ "$(id -u)" = 0 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
root=${ROOT:-$PWD/target/package/root}
mkdir -p "$root"
[ -z "$(ls -A "$root")" ] || { echo "$root is not empty" >&2; exit 2; }

debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,curl,openssl \
  "${SUITE:-bookworm}" "$root" "${MIRROR:-http://deb.debian.org/debian}"
cp "$1" "$root/root/old.deb"
cp "$2" "$root/root/new.deb"
cp -r packaging "$root/root/"
cp -r samples/scans "$root/srv/scans"
cp /etc/resolv.conf "$root/etc/"

# systemd as process 1 of its own namespaces; the network is this machine's.
export root
unshare --mount --pid --fork --ipc --uts --cgroup --propagation private sh -c '
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 none "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 dev "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t tmpfs -o mode=755 run "$root/run"
  cd "$root"
  mkdir -p .old
  pivot_root . .old
  umount -l /.old
  exec /usr/bin/env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd' </dev/null &
holder=$!

first=""
end() {
  [ -z "$first" ] || kill -s KILL "$first" 2>/dev/null || true
  wait "$holder" 2>/dev/null || true
  rm -rf "$root"
}
trap end EXIT

inside() {
  nsenter --target "$first" --mount --pid --ipc --uts --cgroup --root --wd \
    /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}
for _ in $(seq 60); do
  first=$(tr -d ' ' <"/proc/$holder/task/$holder/children")
  [ -z "$first" ] || ! inside systemctl is-system-running --quiet 2>/dev/null || break
  sleep 1
done
inside sh -eu <<'INSIDE'
cd /
say() { printf '\n== %s\n' "$1"; }
as_sogoc() { runuser -u sogoc -- sogoc --config /etc/sogoc/config.toml "$@"; }
until_ready() {
  for _ in $(seq 60); do
    if curl --silent --fail --output /dev/null http://127.0.0.1:8481/readyz; then return; fi
    sleep 1
  done
  journalctl --unit=sogoc --no-pager --lines=20
  exit 1
}
deliver() { # batch, server
  rm -rf /srv/batch && cp -r /srv/scans /srv/batch
  for scan in /srv/batch/*; do printf '%s' "$1" >>"$scan"; done # other bytes, another delivery
  sogoc deliver /srv/batch --batch "$1" --server "$2" --token "$token" --receipt "/srv/$1.json" --close $3 || [ $? = 3 ]
}
masters() { find /var/lib/sogoc/vault/ocfl -path '*/content/*' -type f -print0 | sort -z | xargs -0 sha256sum | sort; }

say "install"
apt-get update -qq
apt-get install -qq --yes --no-install-recommends /root/old.deb strace >/dev/null
until_ready
[ "$(stat --format=%U:%a /var/lib/sogoc /etc/sogoc/config.toml | tr '\n' ' ')" = "sogoc:700 root:640 " ]
token=$(as_sogoc user token scans --role archivist)

say "units"
systemd-analyze verify /lib/systemd/system/sogoc*.service /lib/systemd/system/sogoc*.timer
for unit in sogoc sogoc-work sogoc-scrub sogoc-backup; do
  systemd-analyze security --no-pager "$unit.service" | tail -n 1
done
for unit in check scrub log-check reconcile; do systemctl start sogoc-$unit; done
if systemctl start sogoc-backup 2>/dev/null; then echo "a backup without a place was made"; exit 1; fi
systemctl is-failed --quiet sogoc-backup
sed -i 's|^\[backup\]|&\nunencrypted = ["trial"]\n[[backup.place]]\nname = "trial"\nurl = "/var/backups/sogoc"|' /etc/sogoc/config.toml
if systemctl start sogoc-backup 2>/dev/null; then echo "a backup on the same disk was made"; exit 1; fi
mount -t tmpfs -o mode=700,uid=sogoc,gid=sogoc tmpfs /var/backups/sogoc
systemctl start sogoc-backup
(cd /var/backups/sogoc && sha256sum --quiet --check runs/*/SHA256SUMS)

say "pages are read, and their children have their cage under the unit"
strace -f -p "$(systemctl show --property=MainPID --value sogoc)" -e trace=landlock_restrict_self,seccomp \
  -o /root/calls 2>/dev/null &
tracer=$!
deliver one http://127.0.0.1:8480 --wait
kill $tracer; wait $tracer || true
grep -q 'landlock_restrict_self.* = 0' /root/calls
grep -q 'seccomp(SECCOMP_SET_MODE_FILTER.* = 0' /root/calls
if grep -E '(landlock_restrict_self|seccomp)\(.* = -1' /root/calls; then exit 1; fi

say "upgrade while pages are read"
masters >/root/before
deliver two http://127.0.0.1:8480 ""
sed -i 's|^#place = |place = |' /etc/sogoc/config.toml
apt-get install -qq --yes -o Dpkg::Options::=--force-confold /root/new.deb >/dev/null
until_ready
grep -q '^place = ' /etc/sogoc/config.toml
masters | comm -23 /root/before - >/root/lost
[ ! -s /root/lost ]
for _ in $(seq 600); do
  if curl --silent http://127.0.0.1:8481/metrics | grep -q 'sogoc_jobs{kind="read_page",state="ready"} 0'; then break; fi
  sleep 1
done
as_sogoc jobs list
as_sogoc reconcile >/dev/null
if journalctl --unit=sogoc --no-pager | grep crashed; then exit 1; fi

say "remove, install again"
apt-get remove -qq --yes sogoc >/dev/null
if systemctl is-active sogoc; then exit 1; fi
apt-get install -qq --yes -o Dpkg::Options::=--force-confold /root/new.deb >/dev/null
until_ready
as_sogoc reconcile >/dev/null

say "proxies and alerts"
apt-get install -qq --yes --no-install-recommends nginx-light caddy prometheus >/dev/null 2>&1 || true # no free port is no matter
cd /root/packaging
promtool check rules monitoring/alerts.yml
promtool check config monitoring/prometheus.yml
caddy validate --config proxy/Caddyfile --adapter caddyfile 2>/dev/null
mkdir -p /etc/ssl/sogoc
openssl req -x509 -newkey rsa:2048 -nodes -keyout /etc/ssl/sogoc/privkey.pem -out /etc/ssl/sogoc/fullchain.pem \
  -subj /CN=sogoc.example.vn 2>/dev/null
rm -f /etc/nginx/sites-enabled/*
cp proxy/nginx.conf /etc/nginx/sites-enabled/sogoc.conf
nginx -t
cd /

say "purge"
umount /var/backups/sogoc
masters >/root/before
apt-get purge -qq --yes sogoc
masters | comm -23 /root/before - >/root/lost
[ ! -s /root/lost ]
[ -e /var/lib/sogoc/seal ] && [ ! -e /etc/sogoc/config.toml ]
getent passwd sogoc
apt-get install -qq --yes /root/new.deb >/dev/null
until_ready
as_sogoc reconcile >/dev/null
say "all passed"
INSIDE

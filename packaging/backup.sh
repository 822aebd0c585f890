#!/bin/sh
# A backup of today beside those of before, in /var/backups/sogoc, which should be another disk.
# Whole or not there at all: a copy gets its name when it is complete and checked.
# SOGOC_BACKUP_KEEP=14 keeps the newest fourteen and removes older ones; without it nothing is ever removed.
# SOGOC_BACKUP_SAME_DISK=yes where the folder is meant to be on the disk of the archive.
set -eu

place=/var/backups/sogoc
archive=/var/lib/sogoc

if [ "${SOGOC_BACKUP_SAME_DISK:-}" != yes ] && [ "$(stat --format=%d "$place")" = "$(stat --format=%d "$archive")" ]; then
  echo "$place is on the disk of $archive: a disk that fails would take both. Mount another one there (docs/OPERATIONS.md)." >&2
  exit 78
fi
keep=${SOGOC_BACKUP_KEEP:-}
case $keep in
  *[!0-9]* | 0*) echo "SOGOC_BACKUP_KEEP=$keep is no number of backups" >&2; exit 78 ;;
esac

rm -rf -- "$place"/*.partial # cut off in an earlier night
name=$(date --utc +%Y-%m-%dT%H%M%SZ)
sogoc backup --config /etc/sogoc/config.toml "$place/$name.partial"
mv -- "$place/$name.partial" "$place/$name"
sync -- "$place"
echo "backed up to $place/$name"

[ -n "$keep" ] || exit 0
ls -1d "$place"/20??-??-??T??????Z | head -n "-$keep" | while read -r old; do
  rm -rf -- "$old"
  echo "removed $old"
done

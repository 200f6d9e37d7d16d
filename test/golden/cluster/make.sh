#!/usr/bin/env bash
# Records what a real cluster (Ceph 16.2.15, 8 OSDs on 4 hosts, replicated and erasure-coded pools)
# does after changes: after each step NAME.osdmap (`ceph osd getmap`) and NAME.pgs.json.gz (the PGs
# of `ceph pg dump`, trimmed to what is compared).
#
#   CEPH_CONF=… LIVE_DIR=… make.sh OUTPUT_DIRECTORY
#
# CEPH_CONF names the configuration of a running, throw-away cluster of 8 OSDs with two OSDs a host;
# LIVE_DIR holds its osd.N.pid files under run/. Backfill is held (osd_max_backfills 0), so that
# the numbers stand still; logs are kept short, so that OSDs without data are backfilled.
set -euo pipefail
out=$1
mkdir -p "$out"
ceph() { timeout 60 ceph "$@" 2>/dev/null; }

trimmed() {
  python3 -c '
import json, sys
rows = json.load(sys.stdin)["pg_map"]["pg_stats"]
def row(pg):
    stats = pg["stat_sum"]
    return {
        "pgid": pg["pgid"], "state": pg["state"], "up": pg["up"], "acting": pg["acting"],
        "up_primary": pg["up_primary"], "acting_primary": pg["acting_primary"],
        "stat_sum": {key: stats[key] for key in (
            "num_bytes", "num_objects", "num_object_copies", "num_objects_degraded",
            "num_objects_misplaced", "num_objects_unfound", "num_omap_bytes")},
    }
rows = sorted((row(pg) for pg in rows), key=lambda pg: pg["pgid"])
print("{\"pg_map\": {\"pg_stats\": [\n" + ",\n".join(map(json.dumps, rows)) + "\n]}}")
'
}

# Saves a step once three looks in a row show the same, with nothing on its way.
record() {
  local previous='' same=0 current
  for _ in $(seq 60); do
    sleep 1.5
    current=$(ceph pg dump -f json | trimmed)
    if [ "$current" = "$previous" ] && ! grep -qE 'peering|activating|creating|unknown' <<<"$current"
    then same=$((same + 1)); else same=0; fi
    previous=$current
    [ "$same" -ge 3 ] && break
  done
  gzip -9n <<<"$current" >"$out/$1.pgs.json.gz"
  ceph osd getmap -o "$out/$1.osdmap"
  echo "$1: $(grep -o '"state": "[^"]*"' <<<"$current" | sort | uniq -c | tr -s ' \n' ' ')"
}

stop_osd() {
  local pid
  pid=$(cat "$LIVE_DIR/run/osd.$1.pid")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep .2; done
  ceph osd down "$1" || true
}

start_osd() { timeout 60 ceph-osd -c "$CEPH_CONF" -i "$1" >/dev/null 2>&1; }

ceph config set global osd_pool_default_pg_autoscale_mode off
ceph config set osd osd_min_pg_log_entries 2
ceph config set osd osd_max_pg_log_entries 2
ceph config set osd osd_pg_log_trim_min 1
ceph config set osd osd_fast_shutdown false
ceph config set mgr mgr_stats_period 1
ceph balancer off
ceph osd set noout
ceph osd pool create rep3 32 32 replicated
ceph osd pool create rep2 16 16 replicated
ceph osd pool set rep2 size 2
ceph osd pool set rep2 min_size 1
ceph osd erasure-code-profile set ec21 k=2 m=1 crush-failure-domain=host
ceph osd erasure-code-profile set ec32 k=3 m=2 crush-failure-domain=osd
ceph osd pool create ec21 16 16 erasure ec21
ceph osd pool create ec32 16 16 erasure ec32
ceph osd pool create empty 8 8 replicated
for pool in rep3 rep2 ec21 ec32; do
  timeout 60 rados -p "$pool" bench 8 write --no-cleanup -b 4096 --max-objects 900 -t 16 >/dev/null
done
ceph config set osd osd_max_backfills 0

record healthy
ceph osd out 3; record out
ceph osd in 3; sleep 10
stop_osd 5; record stop
ceph osd out 5; record stop-out
start_osd 5; sleep 3; record start
ceph osd in 5; record start-in
ceph osd crush reweight osd.2 2.0; record crush-reweight
ceph osd crush reweight osd.2 1.0; record crush-reweight-back
ceph osd reweight 4 0.5; record reweight
ceph osd out 0; record reweight-then-out
ceph osd in 0; ceph osd reweight 4 1; record reweight-back
ceph osd crush move osd.7 host=host0; record crush-move
ceph osd crush move osd.7 host=host3; sleep 10
ceph osd pool set rep3 size 2; record size-2
ceph osd pool set rep3 size 3; record size-3
ceph osd out 0 1 2 3; record out-two-hosts
ceph osd in 0 1 2 3; record in-two-hosts
ceph osd pg-temp 2.0 7 6 5; record pg-temp
stop_osd 6; record stop-6
stop_osd 4; record stop-6-4
stop_osd 2; record stop-6-4-2
ceph osd out 6 4; record stop-6-4-2-out
for osd in 6 4 2; do start_osd "$osd"; done
ceph osd in 6 4
record in-all
ceph osd pool set rep3 pg_num 48
while ! ceph osd pool ls detail | grep -q "rep3.* pgp_num 48 "; do sleep 1; done
record split

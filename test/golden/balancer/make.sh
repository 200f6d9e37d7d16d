#!/usr/bin/env bash
# Records a small real cluster (Ceph 16.2.15) and the scores that its balancer gives it, in eval.txt:
# of all pools, then of each.
#
#   CEPH_CONF=… make.sh
#
# CEPH_CONF names the configuration of a running, throw-away cluster of 6 OSDs, two OSDs a host.
set -euo pipefail
cd "$(dirname "$0")"
ceph() { timeout 60 ceph "$@"; }
ceph balancer off
ceph osd pool create rbd 32 32 replicated --autoscale-mode=off
ceph osd erasure-code-profile set p k=2 m=1 crush-failure-domain=host
ceph osd pool create ec 16 16 erasure p --autoscale-mode=off
ceph osd pool set rbd size 2
ceph osd crush reweight osd.3 2
ceph osd reweight 5 0.7
object=$(mktemp)
trap 'rm -f "$object"' EXIT
for pool in rbd ec; do
    for number in 1 2 3 4 5 6 7 8 9; do
        head -c $((number * 700000)) /dev/urandom >"$object"
        timeout 60 rados -p "$pool" put "o$number" "$object"
    done
done
# What was written is told by the OSDs after a while.
sleep 20
ceph osd getmap -o cluster.osdmap
ceph pg dump -f json 2>/dev/null | gzip -9n >pg-dump.json.gz
ceph osd df tree -f json >osd-df-tree.json
{
    echo all
    ceph balancer eval
    for pool in rbd ec; do
        echo "$pool"
        ceph balancer eval "$pool"
    done
} >eval.txt

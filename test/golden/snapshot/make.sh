#!/usr/bin/env bash
# Records what a running cluster answers to the questions of `crushlab snapshot`, for the fake ceph
# of test/support/fakeCeph.mjs. The files here are of a throw-away 16.2.15 cluster on loopback (one
# monitor, one manager, six memstore OSDs on three hosts), after:
#
#   ceph config set global osd_pool_default_size 3
#   ceph config set mon mon_allow_pool_delete true
#   ceph config set mgr target_max_misplaced_ratio 0.1
#   ceph config set osd.3 mon_max_pg_per_osd 99
#   ceph osd crush rename-bucket host0 acme-ams-01        (and so on to 03)
#   ceph osd crush rm-device-class osd.5; ceph osd crush set-device-class acme-fast osd.5
#   ceph osd pool create acme-billing 16
#   ceph osd crush rule create-replicated acme-rule default host hdd
#   ceph osd pool set acme-billing crush_rule acme-rule
#   ceph osd pool application set acme-billing rbd owner acme-team
#   ceph osd erasure-code-profile set acme-ec k=2 m=1 crush-failure-domain=host
#   ceph osd pool create acme-archive 8 erasure acme-ec
#   ceph osd blocklist add 192.0.2.77:0/0; ceph osd set noscrub
#   for i in 1 2 3 4 5 6; do rados -p acme-billing put o$i 1MiB; rados -p acme-archive put o$i 1MiB; done
#
# Usage: CEPH_CONF=FILE test/golden/snapshot/make.sh
set -euo pipefail
cd "$(dirname "$0")"

epoch=$(ceph osd stat -f json | tr ',{' '\n\n' | sed -n 's/^"epoch"://p')
ceph osd stat -f json >osd-stat.json
ceph osd getmap "$epoch" >osdmap.bin
ceph osd dump "$epoch" -f json >osd-dump.json
ceph osd crush dump -f json >crush-dump.json
ceph pg dump -f json | gzip -9n >pg-dump.json.gz
ceph osd df tree -f json >osd-df-tree.json
ceph df detail -f json >df-detail.json
ceph config dump -f json >config-dump.json
ceph versions -f json >versions.json
ceph health -f json >health.json

#!/usr/bin/env bash
# Makes start.osdmap and steps.json: gives each line of test/live/commands.txt to a real cluster,
# and keeps its first map and a digest of each map after. Needs ceph-mon, ceph-mgr and ceph-osd.
set -euo pipefail
cd "$(dirname "$0")/../../.."
CRUSHLAB_RECORD=1 cargo test -p crushlab-plan --test live -- --nocapture

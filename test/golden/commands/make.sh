#!/usr/bin/env bash
# Makes start.osdmap and steps.json of a version: gives each line of test/live/commands.txt to a real cluster,
# and keeps its first map and a digest of each map after. Needs ceph-mon, ceph-mgr and ceph-osd;
# CRUSHLAB_JUDGE names the root of a system that has those of another version.
set -euo pipefail
cd "$(dirname "$0")/../../.."
CRUSHLAB_LIVE=1 CRUSHLAB_RECORD=1 cargo test -p crushlab-plan --test live -- --nocapture

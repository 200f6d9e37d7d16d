import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { pgcalcPresetNames } from "#native";
import { PG_NUM_RELEASES } from "../plan/pgNum.ts";

/** Types of buckets that a new cluster's CRUSH map has, and that of devices, smallest first. */
const TYPES = ["osd", "host", "chassis", "rack", "row", "pdu", "pod", "room", "datacenter"];

/** What a sweep may require, for each type. */
const REQUIREMENTS = ["healed, below backfillfull", "active", "readable"];

/** Ways to Ceph that people have. */
const WAYS_TO_CEPH = [
  "ceph",
  "sudo ceph",
  "cephadm shell -- ceph",
  "kubectl -n rook-ceph exec deploy/rook-ceph-tools -- ceph",
  "microceph.ceph",
];

/** What options of commands take, where that is one of a few words. */
const VALUES: Readonly<Record<string, () => readonly string[]>> = {
  "sweep --type": () => TYPES,
  "sweep --pairs": () => ["all"],
  "sweep --require": () => REQUIREMENTS.map((text) => `host: ${text}`),
  "grow --failure-domain": () => TYPES,
  "whatif --by": () => TYPES,
  "pgnum --preset": () => pgcalcPresetNames(),
  "pgnum --release": () => PG_NUM_RELEASES,
};

/** Adds what shells ask for when a person presses TAB. */
export function addCompletion(program: Command): void {
  const root = tab(program, { completionCommandName: "completion" });
  for (const { options } of root.commands.values()) {
    const ceph = options.get("ceph");
    if (ceph !== undefined) {
      ceph.handler = (complete) => WAYS_TO_CEPH.forEach((way) => void complete(way, ""));
    }
  }
  for (const [key, values] of Object.entries(VALUES)) {
    const [command = "", option = ""] = key.split(" --");
    const found = root.commands.get(command)?.options.get(option);
    if (found !== undefined) {
      found.handler = (complete) => values().forEach((value) => void complete(value, ""));
    }
  }
}

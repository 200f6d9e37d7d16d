import workshop from "../../examples/workshop/cluster.yaml";
import huge from "./huge.yaml";
import large from "./large.yaml";
import racks from "./racks.yaml";
import small from "./small.yaml";

/** A cluster that comes with the page, as a description in YAML. */
export interface Example {
  /** As it stands in the page's address. */
  name: string;
  title: string;
  /** What is in it. */
  about: string;
  text: string;
}

/** The examples; the page opens with the first. */
export const EXAMPLES: readonly Example[] = [
  {
    name: "racks",
    title: "Three racks",
    about: "48 OSDs, SSDs and HDDs, three pools",
    text: racks,
  },
  { name: "small", title: "Four hosts", about: "12 OSDs, one pool", text: small },
  {
    name: "large",
    title: "Three generations",
    about: "1,000 OSDs in 50 unequal hosts",
    text: large,
  },
  {
    name: "workshop",
    title: "The workshop's cluster",
    about: "24 OSDs in three racks, an erasure-coded pool",
    text: workshop,
  },
  { name: "huge", title: "Twenty racks", about: "10,000 OSDs, 100,000 PGs", text: huge },
];

import type { Change } from "../../ts/change/simulate.ts";
import type { Engine } from "../engine/contract.ts";
import type { Theme } from "../scene/scale.ts";
import type { Store, ViewName } from "../state/state.ts";

/** What a view is given. */
export interface ViewContext {
  store: Store;
  engine: Engine;
  /** Where it puts its figure. */
  root: HTMLElement;
  /** Lets something happen to the cluster after the step that is shown. */
  act: (changes: readonly Change[]) => Promise<void>;
  /** The colours of now. */
  theme: () => Theme;
}

/** One view of the page. */
export interface View {
  /** As it stands in the page's address. */
  name: ViewName;
  /** As it stands in the navigation. */
  title: string;
  /** Whether it shows the cluster's timeline. */
  hasTimeline: boolean;
  /** Whether it needs a cluster. */
  needsCluster: boolean;
  /** Draws itself until the function that comes back is called. */
  mount: (context: ViewContext) => () => void;
}

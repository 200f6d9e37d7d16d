import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core");

/** What axe-core has to say against the page, in short. */
export async function violations(page: Page): Promise<string[]> {
  // The page's policy lets no script in, so that axe comes by way of the debugger.
  await page.evaluate(readFileSync(AXE, "utf8"));
  return page.evaluate(async () => {
    interface Result {
      violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
    }
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<Result> } };
    const result = await axe.run();
    return result.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`,
    );
  });
}

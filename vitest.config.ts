import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/{unit,property,cli,e2e}/**/*.test.ts"],
    // Tests that start processes share two cores with each other.
    testTimeout: 60_000,
  },
});

import { defineConfig, type ViteUserConfig } from "vitest/config";

// `unit` is the quick loop: tests beside the sources, no network, no server, no Python.
// Every other project is a lane of its own under test/.
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      // Its files share the modules that they import: loading them anew for each takes as long as the tests.
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "viewer/**/*.test.ts"],
          pool: "threads",
          isolate: false,
        },
      },
      { test: { name: "lanes", include: ["test/**/*.test.ts"], pool: "forks", testTimeout: 120_000 } },
    ],
  },
});
export default config;

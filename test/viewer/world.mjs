// The sample, served; and a page for each test.
import { MemoryStore } from "../../dist/storage.js";
import { startServer } from "./harness.mjs";
import { ViewerPage } from "./page.mjs";
import { writeSample } from "./sample-data.mjs";

/** Writes the sample to memory and serves it. */
export async function makeWorld() {
  const store = new MemoryStore();
  const sample = await writeSample(store);
  const server = await startServer(sample);
  return {
    sample,
    store,
    server,
    /** Runs a test in a page of its own, and ends with what holds for all of them. */
    async inPage(browser, run) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      try {
        const viewer = new ViewerPage(await context.newPage());
        server.requests.length = 0;
        await run({ viewer, page: viewer.page, context, browser });
        await viewer.checkSound();
      } finally {
        await context.close();
      }
    },
  };
}

// Reads everything in one array with zarrkit, after one unmeasured read of a chunk, and prints milliseconds and a check value.
import { openArray } from "zarrkit";

const z = await openArray(process.argv[2], { mode: "r" });
await z.get([0, 0, 0]);
const start = performance.now();
const { data } = await z.get("...");
const ms = performance.now() - start;
console.log(
  JSON.stringify({
    ms,
    check: data[0] + data[data.length - 1] + data.length,
    rss: process.resourceUsage().maxRSS,
  }),
);

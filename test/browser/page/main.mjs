// The tests of a page. It asks its server for the addresses of the others, runs, and reports.
import { registerArrays } from "./arrays.mjs";
import { registerCloud } from "./cloud-stores.mjs";
import { registerDirectory } from "./directory-stores.mjs";
import { registerMemory, registerWrappers } from "./memory-stores.mjs";
import { registerNetwork } from "./network.mjs";
import { registerPlatform, registerQuiet } from "./platform.mjs";
import { registerFileSystems } from "./remote-stores.mjs";
import { runTests } from "./suite.mjs";
import { registerThreads } from "./threads.mjs";
import { registerVectors } from "./vectors.mjs";
import { registerZip } from "./zip-stores.mjs";

const report = (body) => fetch("/report", { method: "POST", body: JSON.stringify(body) });

try {
  const facts = await (await fetch("/facts.json")).json();
  registerPlatform(facts);
  registerMemory();
  registerWrappers();
  registerFileSystems(facts);
  registerCloud(facts);
  registerZip(facts);
  await registerDirectory();
  registerNetwork(facts);
  registerArrays();
  // The worker's program imports packages by name, which import maps do not tell workers.
  registerThreads({ hasWorker: location.pathname === "/bundled.html" });
  await registerVectors(facts);
  registerQuiet(); // last: it looks at what the others left behind
  await runTests(report, new URLSearchParams(location.search).get("only"));
  await report({ done: true });
} catch (error) {
  await report({ done: true, error: String(error?.stack ?? error) });
}

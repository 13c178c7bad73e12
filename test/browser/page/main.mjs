// The tests of a page. It asks its server for the addresses of the others, runs, and reports.
import { registerArrays } from "./arrays.mjs";
import { registerNetwork } from "./network.mjs";
import { registerPlatform, registerQuiet } from "./platform.mjs";
import { registerStores } from "./stores.mjs";
import { runTests } from "./suite.mjs";
import { registerVectors } from "./vectors.mjs";

const report = (body) => fetch("/report", { method: "POST", body: JSON.stringify(body) });

try {
  const facts = await (await fetch("/facts.json")).json();
  registerPlatform(facts);
  await registerStores(facts);
  registerNetwork(facts);
  registerArrays();
  await registerVectors(facts);
  registerQuiet(); // last: it looks at what the others left behind
  await runTests(report, new URLSearchParams(location.search).get("only"));
  await report({ done: true });
} catch (error) {
  await report({ done: true, error: String(error?.stack ?? error) });
}

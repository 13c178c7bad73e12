/**
 * The page starts here.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app/app.tsx";
import { defaultOptions } from "./app/location.ts";
import { openAddress } from "./app/state.ts";

const root = document.getElementById("app");
openAddress(defaultOptions);
if (root !== null) render(<App />, root);

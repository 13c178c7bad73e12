/**
 * Serving stores, arrays and groups over HTTP: handlers from `Request` to `Response` for any runtime, and a listener.
 *
 * @module
 */
export type { PlainTypes } from "./transcode/plain-type.ts";
export type { TranscodeOptions } from "./transcode/transcoded-store.ts";
export type { CorsOptions } from "./server/cors.ts";
export type { Handler } from "./server/handler.ts";
export type { HandlerOptions } from "./server/handler-options.ts";
export { serve } from "./server/node.ts";
export type { RunningServer, ServeOptions } from "./server/node.ts";
export { nodeHandler } from "./server/node-handler.ts";
export type { NodeHandlerOptions } from "./server/node-handler.ts";
export { storeHandler } from "./server/store-handler.ts";
export { viewerFiles } from "./server/viewer-files.ts";
export type { ViewerFiles } from "./server/viewer-files.ts";

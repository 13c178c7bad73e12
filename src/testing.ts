/**
 * Conformance runs for stores, and stores that help to test.
 *
 * @module
 */
export { LatencyStore } from "./storage/latency-store.ts";
export type { Latency, LatencyStoreOptions } from "./storage/latency-store.ts";
export { CountingStore } from "./testing/counting-store.ts";
export type { CountedCall } from "./testing/counting-store.ts";
export { FaultStore } from "./testing/fault-store.ts";
export type { Fault, FaultOperation, FaultRule } from "./testing/fault-store.ts";
export type { StoreAbilities, StoreAbility } from "./testing/store-harness.ts";
export { runStoreModel } from "./testing/store-model.ts";
export type { StoreModelOptions } from "./testing/store-model.ts";
export { StoreTests } from "./testing/store-tests.ts";
export type { RegisterTest, StoreCase, StoreTestsOptions } from "./testing/store-tests.ts";

import type { AzuriteServer, RealServer } from "./real.d.mts";

/** Makes a bucket. */
export function makeGcsBucket(server: RealServer, bucket: string): Promise<void>;
/** Makes a container. */
export function makeAzureContainer(server: AzuriteServer, container: string): Promise<void>;
/** Lets pages of any origin do everything. */
export function allowAzureOrigins(server: AzuriteServer): Promise<void>;

/** A server that runs. */
export interface RealServer {
  readonly url: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** A server that cannot be had here, and why. */
export interface NoServer {
  readonly reason: string;
  readonly url?: undefined;
}

/** SeaweedFS, with one identity. */
export interface SeaweedServer extends RealServer {
  readonly key: string;
  readonly secret: string;
}

/** versitygw on a folder of files, with one identity; it refuses every region but its own. */
export interface VersitygwServer extends SeaweedServer {
  readonly region: string;
}

/** Azurite, with one account; `url` names it. */
export interface AzuriteServer extends RealServer {
  readonly account: string;
  readonly accountKey: string;
}

/** nginx on a folder of files, as three servers. */
export interface NginxServer extends RealServer {
  /** Compresses what it sends, if it may. */
  readonly gzipUrl: string;
  /** Answers ranges with the whole file. */
  readonly rangelessUrl: string;
  /** Where the files are. */
  readonly root: string;
}

/** S3. */
export function startSeaweed(): Promise<SeaweedServer | NoServer>;
/** S3 once more, on files; not among those that every run starts. */
export function startVersitygw(bucket: string): Promise<VersitygwServer | NoServer>;
/** Google Cloud Storage; checks no credentials. */
export function startFakeGcs(): Promise<RealServer | NoServer>;
/** Azure Blob Storage. */
export function startAzurite(): Promise<AzuriteServer | NoServer>;
/** HTTP. */
export function startNginx(): Promise<NginxServer | NoServer>;

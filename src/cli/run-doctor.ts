/**
 * What `zarrkit doctor` does.
 *
 * @module
 */
import { redactUrl } from "../fs/redact.ts";
import { resolveStore } from "../storage/resolve.ts";
import type { CliContext } from "./command-context.ts";
import { UnsoundError, UsageError } from "./command-context.ts";
import type { DoctorFlags } from "./doctor.ts";
import type { Finding } from "./doctor/finding.ts";
import { Findings, oneLine } from "./doctor/finding.ts";
import { httpAddress } from "./doctor/http-address.ts";
import { probeHttp } from "./doctor/probe-http.ts";
import type { Sample } from "./doctor/probe-store.ts";
import { missingKey, probeStore } from "./doctor/probe-store.ts";
import { withStorePath } from "./open-place.ts";
import { printFacts } from "./print-facts.ts";
import { storageOptionsOf } from "./storage-option.ts";
import { painter, safeText } from "./terminal-text.ts";

const ORIGIN = "https://example.org";

/** Probes, and prints what was seen and what to fix. */
export async function runDoctor(
  context: CliContext,
  flags: DoctorFlags,
  url: string,
  path?: string,
): Promise<void> {
  const { signal } = context;
  const options = storageOptionsOf(flags.storageOption);
  const origin = originOf(flags.origin ?? ORIGIN);
  const findings = new Findings();
  const sample = await withStorePath({ url, path, flags, signal }, async (at) => {
    const found = await probeStore(at, findings, { signal });
    const failed = findings.all.some(({ status }) => status === "fail");
    if (failed && options?.["anon"] !== true && /^(s3a?|gs|gcs|az|abfs):/i.test(url))
      await probeAnonymous(url, path, options, findings, signal);
    return found;
  });
  await probeAddress(url, path, options, sample, origin, findings, signal);
  const failed = findings.all.filter(({ status }) => status === "fail").length;
  if (flags.json === true)
    await printFacts(context, {
      url: redactUrl(url),
      path: path ?? "",
      healthy: failed === 0,
      probes: findings.all,
    });
  else await context.io.stdout.write(reportText(findings.all, context));
  if (failed > 0) throw new UnsoundError(`${failed} probes failed.`);
}

function originOf(text: string): string {
  try {
    return new URL(text).origin;
  } catch {
    throw new UsageError(`--origin: ${JSON.stringify(text)} is no origin, as https://example.org is`);
  }
}

/** Public data asked for with credentials that do not fit, or without any, is the commonest trouble of buckets. */
async function probeAnonymous(
  url: string,
  path: string | undefined,
  options: Readonly<Record<string, unknown>> | undefined,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { storePath } = await resolveStore(url, {
      mode: "r",
      path,
      storageOptions: { ...options, anon: true },
      signal,
    });
    try {
      const anonymous = new Findings();
      await probeStore(storePath, anonymous, { signal });
      if (anonymous.all.some(({ probe, status }) => probe === "node" && status === "ok"))
        findings.warn(
          "credentials",
          "It can be read without credentials, and not with those at hand.",
          "--storage-option anon=true",
        );
      else findings.skip("credentials", "It cannot be read without credentials either.");
    } finally {
      await storePath.store.close();
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    findings.skip("credentials", `It cannot be read without credentials either: ${oneLine(error)}`);
  }
}

async function probeAddress(
  url: string,
  path: string | undefined,
  options: Readonly<Record<string, unknown>> | undefined,
  sample: Sample | undefined,
  origin: string,
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  const address = httpAddress(url, options);
  if (address === undefined) return;
  if (sample === undefined) {
    findings.skip("HTTP", "Nothing could be read, so that there is nothing to ask for in parts.");
    return;
  }
  if (address.signed) {
    findings.skip(
      "HTTP",
      "Requests are signed; with anon=true, what public readers and browsers see is probed, too.",
    );
    return;
  }
  const missingUrl = address.keyUrl(missingKey(path ?? ""));
  await probeHttp(
    {
      url: address.keyUrl(sample.key),
      bytes: sample.bytes,
      missingUrl,
      origin,
      headers: address.headers,
      signal,
    },
    findings,
  );
}

function reportText(all: readonly Finding[], { io }: CliContext): string {
  const paint = painter(io.stdout);
  const width = Math.max(...all.map(({ probe }) => probe.length));
  const lines = all.map(({ probe, status, seen, fix }) => {
    const word = status.padEnd(4);
    const shown =
      status === "fail" ? paint("red", word) : status === "ok" ? paint("dim", word) : paint("cyan", word);
    const advice = fix === undefined ? "" : `\n      ${"".padEnd(width)}→ ${safeText(fix)}`;
    return `${shown}  ${probe.padEnd(width)}  ${safeText(seen)}${advice}\n`;
  });
  const count = (status: string): number => all.filter((each) => each.status === status).length;
  return `${lines.join("")}${count("fail")} failed, ${count("warn")} warnings, ${count("ok")} ok\n`;
}

import type { JsonObject } from "../base/json.ts";
import { jenkinsLookup3 } from "../kernels/jenkins-lookup3.ts";
import { bytesBytesCodec } from "./bytes-bytes.ts";
import { checksumTransform } from "./checksum-bytes.ts";
import { CodecConfiguration } from "./codec-configuration.ts";
import type { Codec, CodecDefinition } from "./codec.ts";
import { numcodecsCall, pythonCall } from "./python-call.ts";

const NAME = "numcodecs.jenkins_lookup3";

/**
 * `numcodecs.jenkins_lookup3`: Bob Jenkins' hash of four bytes, after the data. `initval` is its
 * seed, by default 0. numcodecs' `prefix` are bytes, which JSON has not: it can only be `null`.
 */
export const jenkinsLookup3Codec: CodecDefinition = {
  kind: "bytes-bytes",
  name: NAME,
  v2Id: "jenkins_lookup3",
  fromV3: (configuration = {}) =>
    make(
      configuration,
      () => configuration,
      () => numcodecsCall("JenkinsLookup3", NAME, configuration),
    ),
  fromV2: (configuration) =>
    make(
      configuration,
      (initval) => ({ initval, prefix: null }),
      (initval) => pythonCall("JenkinsLookup3", { initval, prefix: null }),
    ),
};

function make(
  json: JsonObject,
  configuration: (initval: number) => JsonObject,
  text: (initval: number) => string,
): Codec {
  const read = new CodecConfiguration(NAME, json);
  read.value("id");
  const initval = read.integer("initval", 0, 0xffffffff, 0);
  if ((read.value("prefix") ?? null) !== null) throw read.wrong("prefix", "null");
  read.done();
  return bytesBytesCodec({
    name: NAME,
    configuration: configuration(initval),
    text: text(initval),
    v2: { id: "jenkins_lookup3", initval, prefix: null },
    transform: () => checksumTransform((bytes) => jenkinsLookup3(bytes, initval), "end"),
  });
}

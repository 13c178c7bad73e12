/**
 * `int2`, `int4`, `uint2`, `uint4`: one byte an element in memory, whose upper bits repeat the sign.
 *
 * @module
 */
import type { Container, DataTypeDefinition } from "./data-type.ts";
import { memoryBytes, requireNoConfiguration } from "./fixed-data-type.ts";
import { IntegerDataType } from "./integers.ts";

/** An integer type of fewer than eight bits; the container is an `Int8Array` or `Uint8Array`. */
export class SmallIntegerDataType extends IntegerDataType {
  readonly packedBits: 2 | 4;

  constructor(bits: 2 | 4, signed: boolean) {
    super(1, signed, false, bits);
    this.packedBits = bits;
  }

  /** NumPy has no code for it; tensorstore writes the name. */
  override toV2(): string {
    return this.name;
  }
  override readScalar(source: Uint8Array, byteOffset: number): number {
    return this.#canonical(source[byteOffset]!);
  }
  override toContainer(data: Uint8Array | unknown[]): Container {
    return super.toContainer(this.canonicalize(memoryBytes(data)));
  }

  /** The upper bits of a stored byte do not count. */
  canonicalize(data: Uint8Array): Uint8Array {
    let index = 0;
    while (index < data.length && data[index] === (this.#canonical(data[index]!) & 0xff)) index++;
    if (index === data.length) return data;
    const canonical = data.slice();
    for (; index < canonical.length; index++) canonical[index] = this.#canonical(data[index]!);
    return canonical;
  }

  #canonical(byte: number): number {
    const unused = 32 - this.packedBits;
    return this.signed ? (byte << unused) >> unused : (byte << unused) >>> unused;
  }
}

/** How the registry knows the small integer types. */
export const smallIntegerDefinitions: readonly DataTypeDefinition[] = ([2, 4] as const).flatMap((bits) =>
  [true, false].map((signed) => {
    const dataType = new SmallIntegerDataType(bits, signed);
    const ofName = (text: unknown): SmallIntegerDataType | undefined =>
      text === dataType.name ? dataType : undefined;
    const definition: DataTypeDefinition = {
      name: dataType.name,
      fromV3(name, configuration) {
        requireNoConfiguration(name, configuration);
        return dataType;
      },
      fromV2: ofName,
      fromText: ofName,
    };
    return definition;
  }),
);

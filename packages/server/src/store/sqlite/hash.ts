/** Two 32-bit numbers of this store's own, so that nobody outside can choose keys that collide. */
export type Seed = readonly [number, number]

/** Hashes are whole numbers below 2^52. */
export const hashBits = 52

/** Hashes a text, fast and evenly; not for secrets. After cyrb53, which is in the public domain. */
export function hashOf(text: string, [first, second]: Seed): number {
  let a = 0xde_ad_be_ef ^ first
  let b = 0x41_c6_ce_57 ^ second
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 2_654_435_761)
    b = Math.imul(b ^ unit, 1_597_334_677)
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909)
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909)
  return (b >>> 12) * 2 ** 32 + (a >>> 0)
}

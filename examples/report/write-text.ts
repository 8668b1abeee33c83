import { seededRandom } from '../seeded-random.ts'
import { sourceText } from './source-text.ts'

/**
 * Writes text word by word, as language models do, from a Markov chain: each word is one that
 * follows the two before it somewhere in the source. The same seed gives the same text.
 *
 * @param words at least so many; the text ends with the sentence
 * @returns the words with the space before them, so that they only have to be joined
 */
export function* writeText(seed: number, words: number): Generator<string, void> {
  const random = seededRandom(seed)
  const followers = learn(sourceText)
  let [before, last] = ['The', 'harbour']
  yield before
  yield ` ${last}`
  for (let count = 2; count < words || !last.endsWith('.'); count += 1) {
    const choices = followers.get(`${before} ${last}`) ?? ['The']
    ;[before, last] = [last, choices[Math.floor(random() * choices.length)] ?? 'The']
    yield ` ${last}`
  }
}

/** For each two words that stand beside each other, the words that come after them. */
function learn(text: string): ReadonlyMap<string, readonly string[]> {
  const words = text.trim().split(/\s+/)
  const followers = new Map<string, string[]>()
  for (const [index, word] of words.entries()) {
    const pair = `${word} ${words[(index + 1) % words.length]}`
    const next = words[(index + 2) % words.length] ?? ''
    followers.set(pair, [...(followers.get(pair) ?? []), next])
  }
  return followers
}

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'
import type { Encoding } from '../../gateway/http/answer/encoding.ts'
import type { DocsFile, DocsFiles } from '../../gateway/http/context.ts'
import { readScalarBundle } from './scalar-bundle.ts'

const script = 'text/javascript; charset=utf-8'

/** What lies in `assets`, or is put there when the package is built. */
const mediaTypes: Readonly<Record<string, string>> = {
  'docs.css': 'text/css; charset=utf-8',
  'reference.js': script,
  'try.js': script,
  'scalar.js': script,
}

/** Files of the pages that render the documents, each read when it is first asked for. */
export function createDocsFiles(): DocsFiles {
  const files = new Map<string, Promise<DocsFile | null>>()
  return {
    read(name) {
      const mediaType = Object.hasOwn(mediaTypes, name) ? mediaTypes[name] : undefined
      if (mediaType === undefined) return Promise.resolve(null)
      const known = files.get(name) ?? load(name, mediaType)
      files.set(name, known)
      return known
    },
  }
}

async function load(name: string, mediaType: string): Promise<DocsFile | null> {
  const bytes = await readAsset(name)
  if (bytes === null) return null
  const encodings = new Map<Encoding, Promise<Uint8Array>>()
  return {
    mediaType,
    bytes,
    hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    encoded(encoding) {
      const known = encodings.get(encoding) ?? encoders[encoding](bytes)
      encodings.set(encoding, known)
      return known
    },
  }
}

async function readAsset(name: string): Promise<Uint8Array | null> {
  try {
    return await readFile(new URL(`../../../assets/${name}`, import.meta.url))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    // In a clone it comes from where the build would copy it.
    const bundle = name === 'scalar.js' ? await readScalarBundle() : null
    return bundle === null ? null : Buffer.from(bundle)
  }
}

/** Made once, and so with more care than answers are. */
const brotliQuality = 9

const encoders: Readonly<Record<Encoding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality },
    }),
  gzip: (bytes) => promisify(gzip)(bytes),
  zstd: (bytes) => promisify(zstdCompress)(bytes),
}

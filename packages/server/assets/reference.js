// Renders one document. All that would ask another server for something is off, and the
// Content-Security-Policy of the page would not let it.

/** @typedef {{ createApiReference(place: string, configuration: object): void }} Scalar */

const { source = '', root = '' } = document.currentScript?.dataset ?? {}
const base = new URL(root, location.href).href.replace(/\/$/, '')
const renderer = /** @type {{ Scalar: Scalar }} */ (/** @type {unknown} */ (globalThis)).Scalar

renderer.createApiReference('#reference', {
  url: new URL(source, location.href).href,
  // Calls go to where the page came from, by whatever name it was reached.
  ...(source.includes('openapi') ? { servers: [{ url: base }] } : {}),
  proxyUrl: '',
  telemetry: false,
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  metaData: { title: document.title },
})

import { chromium, type Browser } from 'playwright-core'
import { findOrInstall } from './install.ts'

/** A browser without a window, as Debian has it. */
export async function startChromium(): Promise<Browser> {
  const executablePath = await findOrInstall({ binary: 'chromium', debianPackage: 'chromium' })
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

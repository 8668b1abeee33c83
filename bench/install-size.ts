import { installedBytes } from '../test/support/installed-bytes.ts'
import { installPackages } from '../test/support/installed.ts'
import { alone, below, type Benchmark } from './finding.ts'

/** What a user gets on disk who installs the server and the client as they are published. */
export const installSize: Benchmark = {
  name: 'install-size',
  summary: 'a production install, without the Node binary',
  async measure() {
    await using installed = await installPackages()
    const ours = (await installedBytes(installed.path)) / 1_000_000
    const target = below(ours, 150, ' MB')
    return [{ what: 'production install', unit: 'MB', ...alone(ours), target }]
  },
}

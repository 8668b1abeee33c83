import { join } from 'node:path'
import { stagePackages } from './build/stage.ts'

// `npm run build`: the packages as they are published, each below `dist/packages`.

const folders = await stagePackages(join(import.meta.dirname, '../dist/packages'))
for (const folder of folders) process.stdout.write(`${folder}\n`)

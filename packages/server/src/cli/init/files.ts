import { version } from '../../app/version.ts'
import { lines, type Template } from './template.ts'

/** All files of a new project, by their paths. */
export const filesOf = (template: Template, name: string): Readonly<Record<string, string>> => ({
  'package.json': manifestOf(template, name),
  'tsconfig.json': tsconfig,
  '.gitignore': gitignore,
  '.env.example': envExampleOf(template),
  'README.md': readmeOf(template, name),
  ...template.files,
})

const manifestOf = ({ scripts }: Template, name: string): string =>
  json({
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'buzzer start',
      dev: 'buzzer dev',
      doctor: 'buzzer doctor',
      check: 'tsc',
      ...scripts,
    },
    dependencies: { '@buzzer/client': `^${version}`, 'buzzer': `^${version}` },
    devDependencies: { '@types/node': '^24.0.0', 'typescript': '^7.0.0' },
  })

/** Node takes the types away and nothing else, so that the rest has to be refused here. */
const tsconfig = json({
  compilerOptions: {
    target: 'esnext',
    module: 'nodenext',
    types: ['node'],
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
  },
  include: ['*.ts'],
})

const gitignore = lines`
  node_modules/
  # Jobs, results and the key that signs their tokens.
  data/
  .env
`

const settings = lines`
  # Copy this to .env; what stands there counts less than the environment and more than
  # buzzer.config.ts. buzzer config view --origin shows what is in force.

  # BUZZER_PORT=2899
  # BUZZER_DATA=./data
  # BUZZER_LOG_LEVEL=info

  # The key behind the tokens of jobs; without it, data/secret.key is made.
  # BUZZER_SECRET=
`

const envExampleOf = ({ variables }: Template): string =>
  [
    settings,
    ...variables.map(([name, example, meaning]) => `\n# ${meaning}\n# ${name}=${example}\n`),
  ].join('')

function readmeOf({ tryIt, summary }: Template, name: string): string {
  const commands = tryIt.map(([command, meaning]) => `# ${meaning}\n${command}\n`)
  return [
    `# ${name}\n\n`,
    `With [Buzzer](https://www.npmjs.com/package/buzzer): ${summary}.\n\n`,
    '```sh\nnpm install\nnpm run dev      # starts it, and again at each change\n```\n\n',
    'Then, in another terminal:\n\n',
    `\`\`\`sh\n${commands.join('\n')}\`\`\`\n\n`,
    'What to change is in `buzzer.config.ts`. `npm run check` checks the types, `npm run doctor`\n',
    'says what is wrong with this machine, `npx buzzer --help` lists the rest.\n',
  ].join('')
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

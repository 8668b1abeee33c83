import { clientPage } from './client.ts'
import { commandLinePage } from './command-line.ts'
import { configurationPage } from './configuration.ts'
import { errorsPage } from './errors.ts'
import { eventsPage } from './events.ts'
import { handlerPage } from './handler.ts'
import { httpApiPage } from './http-api.ts'
import { indexPage } from './index-page.ts'
import { metricsPage } from './metrics.ts'

/** Every page of the reference, by its file's name; made of the code as it is now. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const pages = {
    'README.md': indexPage(),
    'client.md': clientPage(),
    'command-line.md': await commandLinePage(),
    'configuration.md': configurationPage(),
    'errors.md': errorsPage(),
    'events.md': eventsPage(),
    'handler.md': handlerPage(),
    'http-api.md': httpApiPage(),
    'metrics.md': await metricsPage(),
  }
  return new Map(Object.entries(pages))
}

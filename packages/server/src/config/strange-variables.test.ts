import { expect, test } from 'vitest'
import { strangeVariables } from './strange-variables.ts'

test.each([
  ['BUZZER_MQTT_PORT', 'BUZZER_MQTT_PORT means nothing; did you mean BUZZER_PORT?'],
  ['BUZZER_PROT', 'BUZZER_PROT means nothing; did you mean BUZZER_PORT?'],
  ['BUZZER_FAVOURITE_COLOUR', 'BUZZER_FAVOURITE_COLOUR means nothing to Buzzer'],
])('%s is told', (name, told) => {
  expect(strangeVariables(['PATH', name, name])).toEqual([told])
})

test('what something reads is not', () => {
  const names = ['BUZZER_PORT', 'BUZZER_URL', 'BUZZER_KEY', 'BUZZER_CONFIG', 'BUZZER_SECRET']
  const ofOthers = ['BUZZER_NODE_FOUND', 'BUZZER_CONFIG_FILE', 'MY_BUZZER_PROT']
  expect(strangeVariables([...names, ...ofOthers])).toEqual([])
})

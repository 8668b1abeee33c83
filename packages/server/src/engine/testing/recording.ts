import type { Log } from '../../ports/log.ts'
import type { Telemetry } from '../../ports/telemetry.ts'

interface LogLine {
  readonly level: keyof Log
  readonly message: string
  readonly fields: object
}

export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[]
  messages(level?: keyof Log): readonly string[]
}

export function createRecordingLog(): RecordingLog {
  const lines: LogLine[] = []
  const at =
    (level: keyof Log) =>
    (fields: object, message: string): void =>
      void lines.push({ level, message, fields })
  return {
    lines,
    messages: (level) =>
      lines
        .filter((line) => level === undefined || line.level === level)
        .map((line) => line.message),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  }
}

export interface RecordingTelemetry extends Telemetry {
  /** Every call with what it was told, durations included. */
  readonly calls: readonly (readonly [name: keyof Telemetry, ...told: readonly unknown[]])[]
  count(name: keyof Telemetry): number
}

export function createRecordingTelemetry(): RecordingTelemetry {
  const calls: (readonly [keyof Telemetry, ...(readonly unknown[])])[] = []
  const recorder =
    (name: keyof Telemetry) =>
    (...told: readonly unknown[]): void =>
      void calls.push([name, ...told])
  return {
    calls,
    count: (name) => calls.filter(([called]) => called === name).length,
    accepted: recorder('accepted'),
    replayed: recorder('replayed'),
    answered: recorder('answered'),
    rejected: recorder('rejected'),
    shed: recorder('shed'),
    started: recorder('started'),
    attempted: recorder('attempted'),
    retried: recorder('retried'),
    ended: recorder('ended'),
    deadLettered: recorder('deadLettered'),
    leaseLost: recorder('leaseLost'),
    lateOutcome: recorder('lateOutcome'),
    committed: recorder('committed'),
    spansLost: recorder('spansLost'),
    published: recorder('published'),
    delivered: recorder('delivered'),
    socketOpened: recorder('socketOpened'),
    socketClosed: recorder('socketClosed'),
    readerDropped: recorder('readerDropped'),
  }
}

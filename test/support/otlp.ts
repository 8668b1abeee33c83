import protobuf from 'protobufjs'

/**
 * The part of the OTLP 1.x messages that traces use, by their published field numbers
 * (opentelemetry/proto/trace/v1/trace.proto): read with a library that the server does not use.
 */
const proto = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  string trace_state = 3;
  bytes parent_span_id = 4;
  string name = 5;
  Kind kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  repeated Event events = 11;
  repeated Link links = 13;
  Status status = 15;
  fixed32 flags = 16;
}
enum Kind { UNSPECIFIED = 0; INTERNAL = 1; SERVER = 2; CLIENT = 3; PRODUCER = 4; CONSUMER = 5; }
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; Code code = 3; }
enum Code { UNSET = 0; OK = 1; ERROR = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string s = 1; bool b = 2; int64 i = 3; double d = 4; ArrayValue a = 5; }
}
message ArrayValue { repeated AnyValue values = 1; }
`

const request = protobuf
  .parse(proto, { keepCase: true })
  .root.lookupType('ExportTraceServiceRequest')

type Attributes = Readonly<Record<string, unknown>>

/** A span as it arrived; ids in hex, times in milliseconds. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first of its trace. */
  readonly parentId: string
  readonly traceState: string
  readonly name: string
  readonly kind: string
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  readonly events: readonly string[]
  /** Ids of spans. */
  readonly links: readonly string[]
  readonly status: { readonly code: string; readonly message: string }
  readonly resource: Attributes
  readonly scope: string
}

/** @throws Error where it is no export of traces */
export function decodeExport(body: Uint8Array): readonly ReceivedSpan[] {
  const decoded = request.toObject(request.decode(body), {
    defaults: true,
    enums: String,
    longs: String,
    bytes: String,
  }) as Export
  return decoded.resource_spans.flatMap(({ resource, scope_spans: scopes }) =>
    scopes.flatMap(({ scope, spans }) =>
      spans.map((span) => received(span, attributesOf(resource.attributes), scope.name)),
    ),
  )
}

const received = (span: WireSpan, resource: Attributes, scope: string): ReceivedSpan => ({
  traceId: hex(span.trace_id),
  spanId: hex(span.span_id),
  parentId: hex(span.parent_span_id),
  traceState: span.trace_state,
  name: span.name,
  kind: span.kind,
  startMs: Number(span.start_time_unix_nano) / 1e6,
  endMs: Number(span.end_time_unix_nano) / 1e6,
  attributes: attributesOf(span.attributes),
  events: span.events.map(({ name }) => name),
  links: span.links.map(({ span_id: id }) => hex(id)),
  status: { code: span.status?.code ?? 'UNSET', message: span.status?.message ?? '' },
  resource,
  scope,
})

interface Export {
  readonly resource_spans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scope_spans: readonly {
      readonly scope: { readonly name: string }
      readonly spans: readonly WireSpan[]
    }[]
  }[]
}

interface WireSpan {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string
  readonly trace_state: string
  readonly name: string
  readonly kind: string
  readonly start_time_unix_nano: string
  readonly end_time_unix_nano: string
  readonly attributes: readonly KeyValue[]
  readonly events: readonly { readonly name: string }[]
  readonly links: readonly { readonly span_id: string }[]
  readonly status: { readonly code: string; readonly message: string } | null
}

interface KeyValue {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex')

const attributesOf = (pairs: readonly KeyValue[]): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]))

function plain(value: Readonly<Record<string, unknown>>): unknown {
  const [[kind, inner] = ['s', '']] = Object.entries(value)
  return kind === 'i' ? Number(inner) : inner
}

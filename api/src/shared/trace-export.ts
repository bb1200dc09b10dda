import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { context, isSpanContextValid, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BatchSpanProcessor, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { setTracing } from './tracing.ts'

/** How long the last traces may take to be taken when the process stops. */
const lastTracesMs = 3_000

/** W3C Trace Context without its state and without baggage: an id and whether it is sampled. */
export const traceparent: TextMapPropagator = {
  inject(from: Context, carrier: unknown, setter: TextMapSetter) {
    const span = trace.getSpanContext(from)
    if (span && isSpanContextValid(span))
      setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`)
  },
  extract(into: Context, carrier: unknown, getter: TextMapGetter) {
    const sent = getter.get(carrier, 'traceparent')
    const [, traceId, spanId, flags] = typeof sent === 'string' ? /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(sent) ?? [] : []
    const span = { traceId: traceId ?? '', spanId: spanId ?? '', traceFlags: Number.parseInt(flags ?? '0', 16) & 1, isRemote: true }
    return isSpanContextValid(span) ? trace.setSpanContext(into, span) : into
  },
  fields: () => ['traceparent'],
}

/** Errors are told by their kind: their words may quote data, also where a library records them. */
const withoutWords: SpanProcessor = {
  onStart() {},
  onEnding: span => void span.setStatus({ code: span.status.code }),
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
}

/** Sends what is traced to `endpoint`, by OTLP over HTTP as JSON. Once in a process. */
export function startTracing(endpoint: string, part: string): { stop: () => Promise<void> } {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'homeroom', 'service.instance.role': part }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    // An event is an exception, and that is words of an error.
    spanLimits: { attributeValueLengthLimit: 4_000, eventCountLimit: 0 },
    spanProcessors: [withoutWords, new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: lastTracesMs }), scheduledDelayMillis: 1_000 })],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(traceparent)
  trace.setGlobalTracerProvider(provider)
  setTracing(true)
  return {
    async stop() {
      setTracing(false)
      await provider.shutdown()
      trace.disable()
      propagation.disable()
      context.disable()
    },
  }
}

import type { Attributes, Context } from '@opentelemetry/api'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'

// Hands on to whatever is exporting, once there is something.
const tracer = trace.getTracer('homeroom')

let exporting = false

/** Whether somebody takes traces. Where nobody does, none are made. */
export function isTracing(): boolean {
  return exporting
}

/** Called by who starts to export, and by who stops. */
export function setTracing(on: boolean): void {
  exporting = on
}

/** Where in which trace this runs: give it to `traced` to be a part of that. */
export function tracePlace(): Context | undefined {
  return exporting ? context.active() : undefined
}

/** Runs `fn` as one named part of a trace, below `at` or wherever it is called. What failed is told by its code, never by its words: they may quote data. */
export function traced<T>(name: string, attributes: () => Attributes, fn: () => Promise<T>, at?: Context): Promise<T> {
  return exporting ? inSpan(name, attributes(), fn, at ?? context.active()) : fn()
}

async function inSpan<T>(name: string, attributes: Attributes, fn: () => Promise<T>, at: Context): Promise<T> {
  const span = tracer.startSpan(name, { attributes }, at)
  try {
    return await context.with(trace.setSpan(at, span), fn)
  }
  catch (error) {
    const { name: kindOfError, code } = error as { name?: unknown, code?: unknown }
    span.setAttribute('error.type', String(code ?? kindOfError))
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  }
  finally {
    span.end()
  }
}

const longestStatement = 2_000
// In this order, from where a token begins: quoted names and parameters stay; comments, texts of every kind and numbers do not.
const tokens = /("(?:[^"]|"")*"|\$\d+)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\b(?:e'(?:[^'\\]|\\[\s\S]|'')*|[bxn]?'(?:[^']|'')*)(?:'|$)|'(?:[^']|'')*(?:'|$)|(\$(?:[a-z_]\w*)?\$)[\s\S]*?(?:\2|$)|\b\d[\w.]*/gi

/** A statement's text without the values that are written in it. */
export function withoutValues(statement: string): string {
  const text = statement.replace(tokens, (_, kept?: string) => kept ?? '?')
  return text.length > longestStatement ? `${text.slice(0, longestStatement)}…` : text
}

/** What a trace says of a statement. */
export function statementFacts(text: string): () => Attributes {
  return () => ({ 'db.system.name': 'postgresql', 'db.query.text': withoutValues(text) })
}

const hidden = '…'

/** The start of what a receiver answered, fit to be kept and shown: readable signs only, without addresses of people or what lets anybody in. */
export function answerStart(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes).replace(/[^\P{C}\n\t]|\uFFFD/gu, '').replace(/whsec_\S+/g, `whsec_${hidden}`).replace(/\b(bearer|basic)\s+[\w.~+/-]+=*/gi, `$1 ${hidden}`).replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, hidden).replace(/[^\s<>()"',;:]+@[^\s<>()"',;:]+/g, hidden).trim()
  return text === '' ? null : text
}

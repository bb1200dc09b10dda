/** The digits of what was typed or pasted, at most six: `123 456` and `１２３４５６` are codes too. */
export function sixDigits(text: string) {
  return text.normalize('NFKC').replace(/\D/g, '').slice(0, 6)
}

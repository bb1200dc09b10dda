import './docs.css'

// A phone shows the page first; the menu opens there on a tap.
const menu = document.querySelector<HTMLDetailsElement>('.menu')!
const narrow = matchMedia('(max-width: 56rem)')
menu.open = !narrow.matches
narrow.addEventListener('change', () => menu.open = !narrow.matches)

for (const block of document.querySelectorAll('pre')) {
  const frame = document.createElement('div')
  frame.className = 'sample'
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(block.textContent)
      button.textContent = 'Copied'
    }
    catch {
      // Without leave to write to the clipboard the text is chosen, ready for the keyboard.
      getSelection()?.selectAllChildren(block)
      button.textContent = 'Chosen'
    }
  })
  button.addEventListener('blur', () => button.textContent = 'Copy')
  block.replaceWith(frame)
  frame.append(block, button)
}

// Runs before the first paint, so that a dark room never flashes white. A file of its own: the CSP allows no inline script.
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')

function chosenColours() {
  try {
    return localStorage.getItem('homeroom.colours')
  }
  catch {
    return null
  }
}

function applyColours() {
  const chosen = chosenColours()
  document.documentElement.classList.toggle('dark', chosen === 'dark' || (chosen !== 'light' && systemIsDark.matches))
}

applyColours()
systemIsDark.addEventListener('change', applyColours)
addEventListener('storage', applyColours)
addEventListener('homeroom:colours', applyColours)

/** What a browser or program called itself, in the names people know. Undefined where it named nothing known. */
export interface Device { browser?: string, system?: string, handheld: boolean }

// In this order: most browsers also claim to be those that come after them here.
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrom(?:e|ium)\/|\bHeadlessChrome\/|\bCriOS\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/\biPhone\b|\biPod\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
]

const named = (known: [RegExp, string][], text: string) => known.find(([form]) => form.test(text))?.[1]

export function readDevice(userAgent: string | null | undefined): Device {
  const text = userAgent ?? ''
  const system = named(systems, text)
  // A program names itself first: `curl/8.14.1`. Browsers all begin with Mozilla.
  const program = /^(?!Mozilla\b)([a-z][\w.-]{0,30})(?:\/|$)/i.exec(text)?.[1]
  return {
    browser: named(browsers, text) ?? program,
    system,
    handheld: ['iPhone', 'iPad'].includes(system ?? '') || /\bMobile\b/.test(text),
  }
}

/**
 * Imported before everything else: a browser started without a locale names a language, such as
 * `en-US@posix`, that its own Intl refuses, and uPlot asks for it while it is loaded.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' });
}

export {};

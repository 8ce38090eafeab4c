/**
 * Must be the first thing that runs. Chromium under the locale POSIX says that its language is
 * `en-US@posix`, which is none: uPlot hands it to Intl while it loads, and that throws.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}

/**
 * Must be the first thing that runs. Chromium under the locale POSIX says that its language is
 * `en-US@posix`, which is none: uPlot hands it to Intl while it loads, and that throws.
 */

/** The reader's language, as a tag that Intl takes. */
export const readerLanguage: string = soundLanguage();

function soundLanguage(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? 'en-US';
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
    return 'en-US';
  }
}

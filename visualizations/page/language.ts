/**
 * A browser that was started without a locale names a language, such as `en-US@posix`, that its
 * own Intl refuses; the charts' library asks for it while it is loaded.
 */
export function settleLanguage(browser: { readonly language: string }): void {
  try {
    new Intl.NumberFormat(browser.language);
  } catch {
    Object.defineProperty(browser, 'language', { value: 'en-US' });
  }
}

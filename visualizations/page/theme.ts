/**
 * Light or dark: as the system has it, or as the reader chose. `theme` is what is shown, for
 * whoever draws with colours of its own; style sheets go by `data-theme` of the document.
 */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const KEY = 'fuseboard.theme';

const system = signal<'light' | 'dark'>('light');
export const themeChoice = signal<ThemeChoice>('system');
export const theme: ReadonlySignal<'light' | 'dark'> = computed(() =>
  themeChoice.value === 'system' ? system.value : themeChoice.value,
);

export function startTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const read = (): void => {
    system.value = dark.matches ? 'dark' : 'light';
  };
  dark.addEventListener('change', read);
  read();
  themeChoice.value = kept();
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
}

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // A browser that keeps nothing still shows the choice.
  }
}

function kept(): ThemeChoice {
  try {
    const text = localStorage.getItem(KEY);
    return THEME_CHOICES.find((choice) => choice === text) ?? 'system';
  } catch {
    return 'system';
  }
}

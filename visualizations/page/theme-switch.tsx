/** Light, dark, or as the system has it. */
import type { JSX } from 'preact';

import { Icon } from './parts/icon.tsx';
import { chooseTheme, THEME_CHOICES, themeChoice } from './theme.ts';

const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const;

export function ThemeSwitch(): JSX.Element {
  return (
    <fieldset class="segments">
      <legend>Theme</legend>
      {THEME_CHOICES.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name="theme"
            value={choice}
            checked={themeChoice.value === choice}
            onChange={() => chooseTheme(choice)}
          />
          <Icon name={ICONS[choice]} />
          {choice}
        </label>
      ))}
    </fieldset>
  );
}

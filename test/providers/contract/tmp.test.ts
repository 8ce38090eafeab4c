import { test } from 'vitest';
import { PROFILES } from './profiles.ts';
test('x', async () => {
  for (const p of PROFILES.filter((p) => !p.title.includes('ligh') && !p.title.includes('lines'))) {
    const u = await p.simulate({ seed: 3, answer: { outputTokens: 6 } });
    for (const form of ['stream', 'whole'] as const) {
      const r = await fetch(u.url + p.path[form], { method: 'POST', headers: { authorization: 'Bearer x', 'content-type': 'application/json' }, body: JSON.stringify(p.body[form]) });
      const t = await r.text();
      console.log(p.title, form, [...t.matchAll(/"(usage|content|delta|text)":("[^"]*"|\{[^}]*\})/g)].map((m) => m[0].slice(0,150)).join('\n   '));
    }
    await u.close();
  }
});

/** Collects garbage, without the flag on the command line that `gc` usually needs. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export const forgetGarbage = (): void => collect();

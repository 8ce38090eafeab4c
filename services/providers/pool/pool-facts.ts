/** What a pool tells: who took over from whom, and why. Ids and codes, nothing of the request. */
import type { RefusalCode } from '../../errors.ts';
import type { FaultName } from '../fault.ts';

/** `network`: no response came; `error`: a function failed; `headers`: the member's own threw. */
export type FailoverReason = FaultName | RefusalCode | 'network' | 'error' | 'headers';

export interface PoolFailover {
  readonly type: 'pool.failover';
  readonly pool: string;
  /** Ids of members. */
  readonly from: string;
  readonly to: string;
  readonly reason: FailoverReason;
  /** 2 for the second member that the request went to. */
  readonly attempt: number;
}

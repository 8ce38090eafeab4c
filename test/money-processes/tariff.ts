/**
 * What calls cost in these tests. A token of output costs a tenth of a cent; a token of input costs
 * one nano-dollar, and a call sends as many of them as its number says: the number of a call can be
 * read off its worst case and off its bill, in the ledger as well as upstream.
 */
import { usd, type NanoUsd, type Operation, type PriceOptions } from '../../index.ts';

/** Price of a token of output. Nano-dollars. */
export const TOKEN_NANO_USD = 1_000_000;
/** Numbers of calls are below. */
export const NUMBER_MAX = TOKEN_NANO_USD;

export const PRICES: PriceOptions = {
  overrides: ['small', 'large'].map((model) => ({
    model,
    inputPerMillion: usd('0.001'),
    outputPerMillion: usd(1_000),
  })),
};

/** A call as caller, upstream and auditor know it. */
export interface PricedCall {
  /** From 1. */
  readonly number: number;
  readonly tenant: string;
  readonly model: string;
  readonly maxOutputTokens: number;
}

export const tokens = (count: number): NanoUsd => (count * TOKEN_NANO_USD) as NanoUsd;

/** What a call costs that puts out so much. Nano-dollars. */
export const costOf = ({ number }: PricedCall, outputTokens: number): number =>
  outputTokens * TOKEN_NANO_USD + number;

/** What a call may cost at most. Nano-dollars. */
export const worstOf = (call: PricedCall): number => costOf(call, call.maxOutputTokens);

/** The number of the call that costs, or may cost, so much. */
export const numberIn = (nanoUsd: number): number => nanoUsd % TOKEN_NANO_USD;

export const operationOf = ({ number, tenant, model, maxOutputTokens }: PricedCall): Operation => ({
  operation: 'llm_call',
  model,
  inputTokens: number,
  maxOutputTokens,
  tags: { tenant },
});

/** The tables of budgets, allowances and the ledger. */
export const MONEY_TABLES = '';

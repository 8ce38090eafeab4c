/** The tables of what concerns a whole board. */
export const BOARD_TABLES = '';

/** Exit code for anything wrong with what was asked. */
export const EXIT_BAD_INPUT = 2;

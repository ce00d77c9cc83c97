/**
 * Characters that do not show, or that change how others show: controls (C0, C1), format characters (zero width, direction,
 * tags), line and paragraph separators, fillers and variation selectors, halves of surrogate pairs, and what no Unicode
 * version that Node knows has given a meaning. One such character, to be combined with the flags that the use needs.
 */
export const hiddenCharacter = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;

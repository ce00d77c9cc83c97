// Words that stand in what is said about several codes.

/** Closes what is said about anything that may be bought. */
export const nowhereElse = "Until then, buy it nowhere else.";

/** What a person does about a purchase that no drive can settle. */
export const decide = `A person has to look at the provider for what the message names, and decide (\`buyonce resolve\`). ${nowhereElse} After that, {again}.`;

/** Where what is not bought belongs. */
export const newExecution = "into a new execution with an `executionId` of its own";

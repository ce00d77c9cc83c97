import { z } from "zod";

/** Short texts by name. */
export const labels = z.record(z.string(), z.string()).optional().describe("For people, as the note.");

/** What is said for people of an execution. */
export const executionWords = {
  note: z.string().optional().describe("The note that was submitted with it: no part of what is approved."),
  labels,
};

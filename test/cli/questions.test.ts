import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { questionsOn } from "../../src/cli/terminal/terminal.ts";

const [enter, down, interrupt] = ["\r", "\u001B[B", "\u0003"];

/** A terminal at which keys are pressed, each once the question before it is shown. */
function typist() {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = "";
  output.on("data", (chunk: Buffer) => (shown += chunk.toString()));
  const waitFor = async (text: string, times = 1) => {
    while (shown.split(text).length <= times) await new Promise((resolve) => setImmediate(resolve));
  };
  return { questions: questionsOn({ input, output }), press: (key: string) => void input.write(key), waitFor };
}

describe("what a terminal asks", () => {
  test("Enter alone chooses nothing: the question stays open", async () => {
    const { questions, press, waitFor } = typist();
    const answer = questions.choose("term: How long?", ["P1Y", "P3Y"]);
    await waitFor("How long?");
    press(enter);
    // What was answered, and the question anew.
    await waitFor("How long?", 3);
    press(down);
    press(enter);
    expect(await answer).toBe("P1Y");
  });

  test("Enter leaves out what may be left out", async () => {
    const { questions, press, waitFor } = typist();
    const answer = questions.choose("renew: Again?", ["true", "false"], "leave it out");
    await waitFor("leave it out");
    press(enter);
    expect(await answer).toBe("");
  });

  test("Ctrl-C stops each", async () => {
    for (const ask of ["choose", "text"] as const) {
      const { questions, press, waitFor } = typist();
      const answer =
        ask === "choose"
          ? questions.choose("x: Which?", ["a"])
          : questions.text("x: Which?", { example: "", problem: () => undefined });
      await waitFor("Which?");
      press(interrupt);
      expect(await answer).toBeUndefined();
    }
  });

  test("a text that has a problem is not taken; spaces around it are not part of it", async () => {
    const { questions, press, waitFor } = typist();
    const problem = (text: string) => (text === "a" ? undefined : "It is wrong.");
    const answer = questions.text("x: Which?", { example: "such as a", problem });
    await waitFor("such as a");
    press("b");
    press(enter);
    await waitFor("It is wrong.");
    press("\u007F");
    for (const key of [" ", "a", " "]) press(key);
    press(enter);
    expect(await answer).toBe("a");
  });
});

/** commander with types that know a command's options and arguments; there is nothing of it when the program runs. */
declare module "commander" {
  export * from "@commander-js/extra-typings";
}

/** A text without the passwords of the PostgreSQL URLs in it. */
export function maskPassword(text: string): string {
  return text
    .replaceAll(/\b(postgres(?:ql)?:\/*[^\s:/@]*):[^\s"']*@/gi, "$1:***@")
    .replaceAll(/([?&](?:ssl)?password=)[^\s&"']+/gi, "$1***");
}

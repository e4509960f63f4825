/** Which addresses and numbers from the server become links. Everything else stays text. */

/** Return the address if a browser may open it as a web page, else null. */
export function webAddress(url: string): string | null {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** Return the `tel:` address of a phone number, else null. */
export function phoneAddress(number: string): string | null {
  if (!/^[+*]?[\d\s().-]{2,24}$/.test(number)) return null;
  const digits = number.replace(/[^\d+*]/g, "");
  return digits.length > 1 ? `tel:${digits}` : null;
}

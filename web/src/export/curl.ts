/** The request behind what is shown, for a shell. */

/**
 * @param address of the request, absolute; a token in it is left out.
 * @param needsToken whether the server asks for one: it then comes from the environment.
 */
export function curlOf(address: string, needsToken: boolean): string {
  const url = new URL(address);
  url.searchParams.delete("token");
  const header = needsToken ? ' -H "Authorization: Bearer $TUNNEL_MONITOR_TOKEN"' : "";
  // -g: brackets are those of an IPv6 address.
  // Commas, colons and slashes mean themselves in a query, and are read more easily.
  const href = url.href.replace(/%(2C|3A|2F)/g, (code) => decodeURIComponent(code));
  return `curl -gsS${header} ${quoted(href)}`;
}

/** For POSIX shells: nothing between single quotes means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

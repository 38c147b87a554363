/** The content of a refresh token: the record, the session, the generation (documented at the codec of the wire form). */
export function readRefreshToken(token) {
  const bytes = Buffer.from(token.slice('tsr_'.length), 'base64url');
  const hex = bytes.subarray(10, 26).toString('hex');
  return {
    id: Number(bytes.readBigUInt64BE(2)),
    session: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    generation: bytes.readUInt32BE(26),
  };
}

/** The claims of an access token, unverified. */
export function readAccessToken(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}

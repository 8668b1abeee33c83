/** When it happened: before anything was sent, or after. */
export type Moment = 'opening' | 'answering'

const otherwise: Readonly<Record<Moment, string>> = {
  opening: 'The connection did not open',
  answering: 'The connection broke off',
}

const opening: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nobody listens there',
  ECONNRESET: 'The connection was closed before it was ready',
  EHOSTUNREACH: 'The host cannot be reached from here',
  ENETUNREACH: 'The network of the host cannot be reached from here',
  ENOTFOUND: 'The host name is not known',
  EAI_AGAIN: 'The host name could not be looked up just now',
  UND_ERR_DESTROYED: 'Buzzer is being stopped',
  ETIMEDOUT: 'The connection did not open in time',
  EPROTO: 'The other side does not speak TLS there, or none that we know',
  CERT_HAS_EXPIRED: 'The certificate has expired',
  CERT_NOT_YET_VALID: 'The certificate is not valid yet',
  CERT_REVOKED: 'The certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is signed by itself, so nobody vouches for it',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate comes from an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'The certificate comes without the chain that leads to its authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'The certificate comes from an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'The certificate comes without the chain that leads to its authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another name',
}

const answering: Readonly<Record<string, string>> = {
  ECONNRESET: 'The connection was cut in the middle',
  EPIPE: 'The connection was closed while the request was sent',
  HTTPParserError: 'The answer is not HTTP/1.1',
  UND_ERR_SOCKET: 'The connection was closed before the answer was whole',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'The answer has another length than it says',
}

/** What an error code of the system, of TLS or of the client means to a person, with the code. */
export function explained(code: string, moment: Moment): string {
  const known = moment === 'opening' ? opening : answering
  return `${meaning(known, code) ?? otherwise[moment]} (${code}).`
}

function meaning(known: Readonly<Record<string, string>>, code: string): string | undefined {
  if (code.startsWith('HPE_')) return 'The answer is not HTTP/1.1'
  if (code.startsWith('ERR_SSL_')) return opening['EPROTO']
  return known[code]
}

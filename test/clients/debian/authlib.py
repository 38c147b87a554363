import sys

# Python searches this folder first, and this file has the name of the package.
folder = sys.path.pop(0)
from authlib.integrations.requests_client import OAuth2Session  # noqa: E402

sys.path.append(folder)
from harness import CLIENT_ID, READER, URL, USER, report_client  # noqa: E402

TOKEN_URL = URL + '/api/token'


def session(token=None):
    return OAuth2Session(CLIENT_ID, token_endpoint_auth_method='none', token=token)


def sign_in():
    return dict(session().fetch_token(TOKEN_URL, username=USER[0], password=USER[1]))


def refresh(token):
    return dict(session(token).refresh_token(TOKEN_URL, refresh_token=token['refresh_token']))


def revoke(token):
    client = OAuth2Session(CLIENT_ID, revocation_endpoint_auth_method='none')
    client.revoke_token(TOKEN_URL + '/revoke', token=token['refresh_token']).raise_for_status()


def introspect(token):
    answer = OAuth2Session(*READER).introspect_token(TOKEN_URL + '/introspect', token=token)
    answer.raise_for_status()
    return answer.json()


report_client(sign_in, refresh, revoke, introspect)

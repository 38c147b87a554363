from oauthlib.oauth2 import LegacyApplicationClient
from requests_oauthlib import OAuth2Session

from harness import CLIENT_ID, URL, USER, report_client

TOKEN_URL = URL + '/api/token'
session = OAuth2Session(client=LegacyApplicationClient(client_id=CLIENT_ID))


def sign_in():
    return dict(session.fetch_token(TOKEN_URL, username=USER[0], password=USER[1]))


def refresh(token):
    return dict(OAuth2Session(CLIENT_ID, token=token).refresh_token(TOKEN_URL))


report_client(sign_in, refresh)

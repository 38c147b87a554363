"""The acts of every script with its client. Prints the result of each act as a line of JSON: `yes`, or the reason."""
import json
import os
import threading
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ['TESSERA_URL']
CLIENT_ID = os.environ['CLIENT_ID']
USER = (os.environ['USER_NAME'], os.environ['USER_PASSWORD'])
READER = (os.environ['READER_NAME'], os.environ['READER_PASSWORD'])

os.environ['OAUTHLIB_INSECURE_TRANSPORT'] = '1'
os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'


def status(path, access=None):
    request = urllib.request.Request(URL + path)
    if access:
        request.add_header('Authorization', 'Bearer ' + access)
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


def expect(is_so, what):
    if not is_so:
        raise AssertionError(what)


def expect_alive(access):
    expect(status('/api/sys/refreshtokens?size=1', access) == 200, 'The access token is not accepted.')


def is_active(token):
    return status('/control/active?token=' + urllib.parse.quote(token)) == 200


def both(act):
    """Runs an act in two threads and returns both results."""
    results = []

    def run():
        try:
            results.append(act())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def report(acts):
    for act, run in acts:
        try:
            run()
            result = 'yes'
        except Exception as error:
            result = (type(error).__name__ + ': ' + str(error)).splitlines()[0]
        print(json.dumps({'act': act, 'result': result}), flush=True)


def report_client(sign_in, refresh, revoke=None, introspect=None):
    """`sign_in` and `refresh` return the token endpoint's answers as dictionaries."""
    state = {}

    def first():
        state['token'] = sign_in()
        expect_alive(state['token']['access_token'])

    def again():
        token = refresh(state['token'])
        expect(token['access_token'] != state['token']['access_token'], 'The access token is the same.')
        expect_alive(token['access_token'])
        state['token'] = token

    def rotation():
        seen = {state['token']['refresh_token']}
        for _ in range(3):
            state['token'] = refresh(state['token'])
            seen.add(state['token']['refresh_token'])
        expect(len(seen) == 4, 'A refresh token was not replaced by its successor.')

    def two():
        tokens = both(lambda: refresh(state['token']))
        for token in tokens:
            expect_alive(token['access_token'])
        state['token'] = refresh(tokens[1])

    def lost():
        status('/control/lose')
        try:
            refresh(state['token'])
        except Exception:
            pass
        state['token'] = refresh(state['token'])
        expect_alive(state['token']['access_token'])
        state['token'] = refresh(state['token'])

    def introspected():
        answer = introspect(state['token']['access_token'])
        expect((answer['active'], answer['username']) == (True, USER[0]), str(answer))
        expect(introspect('no-token')['active'] is False, 'A token that is none is active.')

    def revoked():
        revoke(state['token'])
        expect(not is_active(state['token']['refresh_token']), 'The refresh token is still active.')
        expect(status('/api/sys/refreshtokens?size=1', state['token']['access_token']) == 401,
               'The access token is still accepted.')

    acts = [('sign in', first), ('refresh', again), ('rotation kept', rotation), ('two concurrently', two), ('lost answer', lost)]
    acts += [('introspect', introspected)] if introspect else []
    acts += [('revoke', revoked)] if revoke else []
    report(acts)

require_relative 'harness'
require 'oauth2'

client = OAuth2::Client.new(CLIENT_ID, '', site: URL, token_url: '/api/token')

report_client(
  sign_in: -> { client.password.get_token(USER_NAME, USER_PASSWORD) },
  refresh: ->(token) { token.refresh! },
  tokens_of: ->(token) { [token.token, token.refresh_token] }
)

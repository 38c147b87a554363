require_relative 'harness'
require 'rack/oauth2'

def client
  Rack::OAuth2::Client.new(
    identifier: CLIENT_ID,
    secret: '',
    token_endpoint: "#{URL}/api/token",
    revocation_endpoint: "#{URL}/api/token/revoke"
  )
end

report_client(
  sign_in: lambda {
    new_client = client
    new_client.resource_owner_credentials = USER_NAME, USER_PASSWORD
    new_client.access_token!
  },
  refresh: lambda { |token|
    new_client = client
    new_client.refresh_token = token.refresh_token
    new_client.access_token!
  },
  tokens_of: ->(token) { [token.access_token, token.refresh_token] },
  revoke: ->(token) { client.revoke!(refresh_token: token.refresh_token) }
)

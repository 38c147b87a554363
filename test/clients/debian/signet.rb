require_relative 'harness'
require 'signet/oauth_2/client'

def client(options = {})
  Signet::OAuth2::Client.new({ token_credential_uri: "#{URL}/api/token", client_id: CLIENT_ID, client_secret: '' }.merge(options))
end

report_client(
  sign_in: lambda {
    new_client = client(username: USER_NAME, password: USER_PASSWORD)
    new_client.fetch_access_token!
    new_client
  },
  refresh: lambda { |session|
    new_client = client(refresh_token: session.refresh_token)
    new_client.refresh!
    new_client
  },
  tokens_of: ->(session) { [session.access_token, session.refresh_token] }
)

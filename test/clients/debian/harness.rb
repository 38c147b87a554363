# The acts of every script with its client. Prints the result of each act as a line of JSON: `yes`, or the reason of the failure.
require 'json'
require 'net/http'
require 'uri'

URL = ENV.fetch('TESSERA_URL')
CLIENT_ID = ENV.fetch('CLIENT_ID')
USER_NAME = ENV.fetch('USER_NAME')
USER_PASSWORD = ENV.fetch('USER_PASSWORD')

def status(path, access = nil)
  headers = access ? { 'Authorization' => "Bearer #{access}" } : {}
  Net::HTTP.get_response(URI(URL + path), headers).code.to_i
end

def expect(is_so, what)
  raise what unless is_so
end

def expect_alive(access)
  expect(status('/api/sys/refreshtokens?size=1', access) == 200, 'The access token is not accepted.')
end

def report(acts)
  acts.each do |act, run|
    result = begin
      run.call
      'yes'
    rescue StandardError => e
      "#{e.class}: #{e.message}".lines.first.to_s.strip
    end
    puts JSON.generate(act: act, result: result)
    $stdout.flush
  end
end

# `sign_in` and `refresh` return the client's session object. `tokens_of` returns its access and refresh token.
def report_client(sign_in:, refresh:, tokens_of:, revoke: nil)
  session = nil
  acts = {
    'sign in' => lambda {
      session = sign_in.call
      expect_alive(tokens_of.call(session)[0])
    },
    'refresh' => lambda {
      before = tokens_of.call(session)[0]
      session = refresh.call(session)
      expect(tokens_of.call(session)[0] != before, 'The access token is the same.')
      expect_alive(tokens_of.call(session)[0])
    },
    'rotation kept' => lambda {
      seen = [tokens_of.call(session)[1]]
      3.times do
        session = refresh.call(session)
        seen << tokens_of.call(session)[1]
      end
      expect(seen.uniq.size == 4, 'A refresh token was not replaced by its successor.')
    },
    'two concurrently' => lambda {
      both = Array.new(2) { Thread.new { refresh.call(session.dup) } }.map(&:value)
      both.each { |one| expect_alive(tokens_of.call(one)[0]) }
      session = refresh.call(both[1])
    },
    'lost answer' => lambda {
      status('/control/lose')
      begin
        refresh.call(session.dup)
      rescue StandardError
        nil
      end
      session = refresh.call(session)
      expect_alive(tokens_of.call(session)[0])
      session = refresh.call(session)
    }
  }
  if revoke
    acts['revoke'] = lambda {
      revoke.call(session)
      access, refresh_token = tokens_of.call(session)
      expect(status("/control/active?token=#{refresh_token}") == 410, 'The refresh token is still active.')
      expect(status('/api/sys/refreshtokens?size=1', access) == 401, 'The access token is still accepted.')
    }
  end
  Thread.report_on_exception = false
  report(acts)
end

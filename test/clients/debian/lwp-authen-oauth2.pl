#!/usr/bin/perl
# Prints the result of each act as a line of JSON: `yes`, or the reason of the failure.
use strict;
use warnings;
use JSON::PP;
use LWP::Authen::OAuth2;
use LWP::UserAgent;

my $url = $ENV{TESSERA_URL};
my $plain = LWP::UserAgent->new;
my @saved;

sub say_of { my ($act, $result) = @_; $| = 1; print encode_json({ act => $act, result => $result }), "\n" }

sub try_act {
    my ($act, $run) = @_;
    my $is_done = eval { $run->(); 1 };
    my $why = $@;
    say_of($act, $is_done ? 'yes' : (split /\n/, $why)[0]);
}

sub alive { $plain->get("$url/api/sys/refreshtokens?size=1", Authorization => "Bearer $_[0]")->code == 200 or die "The access token is not accepted.\n" }

sub client {
    my ($tokens) = @_;
    return LWP::Authen::OAuth2->new(
        client_id => $ENV{CLIENT_ID},
        client_secret => '',
        token_endpoint => "$url/api/token",
        authorization_endpoint => "$url/none",
        redirect_uri => "$url/none",
        request_required_params => ['grant_type'],
        request_optional_params => ['username', 'password', 'client_id', 'client_secret'],
        save_tokens => sub { push @saved, decode_json($_[0]) },
        ($tokens ? (token_string => encode_json($tokens)) : ()),
    );
}

# The client refreshes before a request whose token has expired.
sub refresh {
    my ($tokens) = @_;
    my $client = client({ %$tokens, create_time => 0, expires_time => 1, _class => 'LWP::Authen::OAuth2::AccessToken::Bearer' });
    $client->get("$url/api/sys/refreshtokens?size=1")->code == 200 or die "The request with the new token failed.\n";
    return $saved[-1];
}

my $tokens;
try_act('sign in', sub {
    client()->request_tokens(grant_type => 'password', username => $ENV{USER_NAME}, password => $ENV{USER_PASSWORD});
    $tokens = $saved[-1];
    alive($tokens->{access_token});
});
try_act('refresh', sub {
    my $next = refresh($tokens);
    $next->{access_token} ne $tokens->{access_token} or die "The access token is the same.\n";
    $tokens = $next;
});
try_act('rotation kept', sub {
    my %seen = ($tokens->{refresh_token} => 1);
    for (1 .. 3) { $tokens = refresh($tokens); $seen{ $tokens->{refresh_token} } = 1 }
    keys %seen == 4 or die "A refresh token was not replaced by its successor.\n";
});
try_act('two concurrently', sub {
    my $pid = fork // die "$!\n";
    my $next = eval { refresh($tokens) };
    my $why = $@;
    if ($pid == 0) { require POSIX; POSIX::_exit($next ? 0 : 1) }
    waitpid $pid, 0;
    $? == 0 && $next or die "One of two failed. $why\n";
    $tokens = refresh($next);
});
try_act('lost answer', sub {
    $plain->get("$url/control/lose");
    eval { refresh($tokens) };
    $tokens = refresh($tokens);
    alive($tokens->{access_token});
    $tokens = refresh($tokens);
});

# Mail::DKIM over the lines that verify_main.cpp reads; prints per line the results and details of its signatures as JSON.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64;
use Net::DNS;
use Mail::DKIM::Verifier;

package FixtureResolver {
    sub new { my ($class, $zone) = @_; return bless {zone => $zone}, $class }
    sub send {
        my ($self, $name, $type) = @_;
        my $packet = Net::DNS::Packet->new($name, $type);
        my $records = $self->{zone}{lc "$name. $type"};
        if ($records && $type eq 'TXT') {
            for my $record (@$records) {
                my @strings = length $record ? unpack('(A255)*', $record) : ('');
                $packet->push(answer => Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => \@strings));
            }
        } else {
            $packet->header->rcode('NXDOMAIN');
        }
        $packet->header->qr(1);
        return $packet;
    }
    sub errorstring { 'NXDOMAIN' }
}

my $json = JSON::PP->new;
$| = 1;
while (<STDIN>) {
    my $line = $json->decode($_);
    my %zone = map { lc($_) => $line->{dns}{$_} } keys %{$line->{dns}};
    Mail::DKIM::DNS::resolver(FixtureResolver->new(\%zone));
    my @results;
    eval {
        my $verifier = Mail::DKIM::Verifier->new;
        $verifier->PRINT(decode_base64($line->{message}));
        $verifier->CLOSE;
        @results = map { {result => $_->result, reason => $_->result_detail} } $verifier->signatures;
        1;
    } or @results = ({result => 'died', reason => "$@"});
    print $json->encode(\@results), "\n";
}
